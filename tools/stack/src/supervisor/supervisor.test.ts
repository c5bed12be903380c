// Goal: children come back after they die, stop in order, and outlive a killed supervisor until stopped by
// identity. Method: real processes that report through files and exit codes; every wait is for an event of
// the supervisor, never for time.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { required } from '@homeport/base'
import { seededRandom, systemClock } from '@homeport/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { identifyProcess, isRunning } from './process-identity.ts'
import type { ChildState } from './stack-state.ts'
import { type ChildExit, type ChildSpec, Supervisor, stopProcesses } from './supervisor.ts'

/** A supervisor in a folder of its own whose events can be awaited one by one. */
function harness() {
  const logsFolder = mkdtempSync(join(tmpdir(), 'homeport-'))
  const starts = queue<readonly ChildState[]>()
  const exits = queue<ChildExit>()
  const supervisor = new Supervisor({
    clock: systemClock,
    random: seededRandom(1),
    logsFolder,
    onStart: (children) => starts.put(children),
    onExit: (exit) => exits.put(exit),
  })
  onTestFinished(async () => {
    await supervisor.stop()
    rmSync(logsFolder, { recursive: true })
  })
  return { supervisor, starts, exits, logsFolder }
}

function queue<T>() {
  const waiting: ((item: T) => void)[] = []
  const items: T[] = []
  return {
    put(item: T): void {
      const take = waiting.shift()
      if (take === undefined) items.push(item)
      else take(item)
    },
    next: (): Promise<T> =>
      new Promise((resolve) => {
        const item = items.shift()
        if (item === undefined) waiting.push(resolve)
        else resolve(item)
      }),
  }
}

const shell = (name: string, script: string, stopTimeoutMs = 5000): ChildSpec => ({
  name,
  command: '/bin/sh',
  args: ['-c', script],
  environment: { PATH: '/usr/bin:/bin' },
  stopTimeoutMs,
})

const FOREVER = 'while :; do sleep 1000 & wait; done'

test('Supervisor starts a child again when it is killed', async () => {
  const { supervisor, starts, exits } = harness()
  supervisor.start(shell('nats', FOREVER))
  const [first] = await starts.next()
  process.kill(required(first, 'first start').pid, 'SIGKILL')
  expect(await exits.next()).toMatchObject({ name: 'nats', outcome: 'SIGKILL' })
  const [second] = await starts.next()
  expect(second?.name).toBe('nats')
  expect(second?.pid).not.toBe(first?.pid)
  expect(supervisor.failureCount('nats')).toBe(1)
})

test('Supervisor counts ends in a row, keeps the output, and tells the exit code', async () => {
  const { supervisor, exits } = harness()
  supervisor.start(shell('agent', 'echo broken; exit 3'))
  expect(await exits.next()).toMatchObject({ name: 'agent', outcome: 'exit code 3' })
  await exits.next()
  expect(supervisor.failureCount('agent')).toBe(2)
  expect(readFileSync(supervisor.logPath('agent'), 'utf8')).toMatch(/^(broken\n){2}/)
})

test('Supervisor tells why when a child cannot be started', async () => {
  const { supervisor, exits } = harness()
  supervisor.start({ ...shell('agent', ''), command: '/nowhere/agent' })
  expect((await exits.next()).outcome).toContain('ENOENT')
})

test('stop ends children in the reverse order of their start', async () => {
  const { supervisor, logsFolder } = harness()
  const order = join(logsFolder, 'order')
  const ready = ['nats', 'control-plane', 'agent'].map((name) => {
    const sentinel = join(logsFolder, `${name}.ready`)
    supervisor.start(shell(name, `trap 'echo ${name} >> ${order}; exit 0' TERM; : > ${sentinel}; ${FOREVER}`))
    return sentinel
  })
  await Promise.all(ready.map(waitForFile))
  await supervisor.stop()
  expect(readFileSync(order, 'utf8')).toBe('agent\ncontrol-plane\nnats\n')
})

test('stop kills a child when it ignores SIGTERM', async () => {
  const { supervisor, starts, logsFolder } = harness()
  const sentinel = join(logsFolder, 'ready')
  supervisor.start(shell('nats', `trap '' TERM; : > ${sentinel}; ${FOREVER}`, 50))
  const [child] = await starts.next()
  await waitForFile(sentinel)
  await supervisor.stop()
  expect(isRunning(required(child, 'child'))).toBe(false)
})

test('stop does not start a child again when it waits to be started', async () => {
  const { supervisor, starts, exits } = harness()
  supervisor.start(shell('agent', 'exit 1'))
  await starts.next()
  await exits.next()
  await supervisor.stop()
  const started = starts.next()
  await supervisor.stop()
  const nothing = Symbol('nothing')
  expect(await Promise.race([started, Promise.resolve(nothing)])).toBe(nothing)
})

test('stopProcesses ends what a killed supervisor left, and names what still ran', async () => {
  const left = spawn('/bin/sleep', ['1000'], { stdio: 'ignore', detached: true })
  const leftIdentity = required(identifyProcess(required(left.pid, 'pid')), 'identity')
  const goneIdentity = { ...leftIdentity, startTicks: 0 }
  const stopped = await stopProcesses([goneIdentity, leftIdentity], 5000, systemClock)
  expect(stopped).toEqual([leftIdentity])
  expect(isRunning(leftIdentity)).toBe(false)
})

/** Resolves when the file exists: the child has come so far. */
function waitForFile(path: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(path), () => finish())
    const finish = (): void => {
      if (!existsSync(path)) return
      watcher.close()
      resolve()
    }
    finish()
  })
}
