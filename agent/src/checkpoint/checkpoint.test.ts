/**
 * Goal: what was flushed is there after any crash, and what a crash tore is not.
 * Method: real files; a crash is opening the folder again, after cutting or damaging the file where one could.
 */
import { appendFileSync, mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom, silentLogger, systemClock } from '@homeport/runtime'
import { describe, expect, it, onTestFinished } from 'vitest'
import { initialState, type TaskState } from '../engine/task-state.ts'
import { assignment, taskId } from '../testing/assignments.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import { createIdentityFile } from './identity-file.ts'
import { openJournal, readJournal } from './journal-file.ts'

const ports = { clock: systemClock, random: seededRandom(1), logger: silentLogger }
const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'checkpoint-')), 'data')
const task = (number: number) => assignment(number, { containers: [{ name: 'app' }] })
const state: TaskState = { ...initialState({ containers: [] }), containers: { app: { phase: 'waiting' } } }

async function open(folder: string): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(folder, ports)
  onTestFinished(() => checkpoint.stop())
  return checkpoint
}

describe('openCheckpoint', () => {
  it('starts with nothing', async () => {
    expect((await open(newFolder())).saved).toEqual({
      tasks: [],
      assignmentRevision: 0,
      acknowledgedSequence: 0,
    })
  })

  it('has what was flushed, whether it was closed or not', async () => {
    const folder = newFolder()
    const before = await open(folder)
    before.saveAssignment(task(1))
    before.saveAssignment(task(2))
    before.saveState(taskId(1), { state, reportSequence: 3 })
    before.saveAssignment({ ...task(1), desiredStatus: 'STOPPED' })
    before.saveRevision(12)
    before.saveAcknowledged(2)
    before.forget(taskId(2))
    await before.flushed()
    const expected = {
      tasks: [{ assignment: { ...task(1), desiredStatus: 'STOPPED' }, state, reportSequence: 3 }],
      assignmentRevision: 12,
      acknowledgedSequence: 2,
    }
    expect((await open(folder)).saved).toEqual(expected)
    expect((await open(folder)).saved).toEqual(expected)
  })

  it('writes everything that comes together at once', async () => {
    const folder = newFolder()
    const checkpoint = await open(folder)
    const flushes = Array.from({ length: 200 }, (_, index) => {
      checkpoint.saveAssignment(task(index))
      return checkpoint.flushed()
    })
    await Promise.all(flushes)
    expect((await open(folder)).saved.tasks).toHaveLength(200)
  })

  it('drops what a crash tore, and nothing before it', async () => {
    const folder = newFolder()
    const before = await open(folder)
    before.saveAssignment(task(1))
    await before.flushed()
    const whole = statSync(join(folder, 'tasks.journal')).size
    before.saveAssignment(task(2))
    await before.flushed()
    for (const size of [whole + 1, whole + 20, statSync(join(folder, 'tasks.journal')).size - 2]) {
      const copy = newFolder()
      await (await openCheckpoint(copy, ports)).stop()
      writeFileSync(join(copy, 'tasks.journal'), readFileSync(join(folder, 'tasks.journal')))
      truncateSync(join(copy, 'tasks.journal'), size)
      expect((await open(copy)).saved.tasks.map(({ assignment: saved }) => saved.taskId)).toEqual([taskId(1)])
    }
  })

  it('refuses a checkpoint of a later version instead of misreading it', async () => {
    const folder = newFolder()
    const file = await openJournal(
      join(folder, 'tasks.journal'),
      () => [{ kind: 'version', version: 2 }],
      ports,
    )
    await file.close()
    await expect(openCheckpoint(folder, ports)).rejects.toMatchObject({
      message: 'Cannot read checkpoint: version 1 is understood, received 2',
    })
  })
})

describe('openJournal', () => {
  it('ends at the first damaged line', async () => {
    const path = join(newFolder(), 'log')
    const file = await openJournal(path, () => [{ a: 1 }], ports)
    file.append({ b: 2 })
    await file.close()
    appendFileSync(path, '00000000 {"c":3}\n')
    expect(await readJournal(path)).toEqual([{ a: 1 }, { b: 2 }])
  })

  it('is written anew when it is many times what it says', async () => {
    const path = join(newFolder(), 'log')
    const value = { text: 'x'.repeat(100_000) }
    const file = await openJournal(path, () => [value], ports)
    for (let count = 0; count < 60; count += 1) {
      file.append(value)
      await file.flushed()
    }
    await file.close()
    expect(statSync(path).size).toBeLessThan(5_000_000)
    expect((await readJournal(path)).at(-1)).toEqual(value)
  })
})

describe('createIdentityFile', () => {
  const identity = { instanceId: 'a', privateKeyPem: 'b', certificatePem: 'c', authorityPem: 'd' }

  it('has no identity before one is saved, and then that one, for its owner only', async () => {
    const folder = newFolder()
    const file = createIdentityFile(folder)
    expect(await file.load()).toBeUndefined()
    await file.save(identity)
    expect(await createIdentityFile(folder).load()).toEqual(identity)
    expect(statSync(join(folder, 'identity.json')).mode & 0o777).toBe(0o600)
  })
})
