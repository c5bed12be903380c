import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ledger } from './ledger.ts'
import { type Requirements, remainingResources } from './resources.ts'

const requirements: fc.Arbitrary<Requirements> = fc.record({
  cpuUnits: fc.nat(512),
  memoryMib: fc.nat(512),
  hostPorts: fc.uniqueArray(
    fc.record({ port: fc.integer({ min: 1, max: 4 }), protocol: fc.constantFrom(1, 2) }),
    {
      maxLength: 3,
      selector: ({ port, protocol }) => `${port}/${protocol}`,
    },
  ),
  requiredAttributes: fc.constant([]),
  gpuCount: fc.nat(2),
})

const registered = {
  cpuUnits: 1024,
  memoryMib: 1024,
  reservedPorts: [{ port: 4, protocol: 1 }],
  gpuIds: ['gpu-1', 'gpu-2', 'gpu-3'],
}

/** The definition: what is left under all that is held, looked at in ECS's order. */
function shortageByDefinition(held: Requirements[], wanted: Requirements): string | undefined {
  const left = remainingResources(registered, held)
  if (wanted.cpuUnits > 0 && left.cpuUnits < wanted.cpuUnits) return 'RESOURCE:CPU'
  if (wanted.memoryMib > 0 && left.memoryMib < wanted.memoryMib) return 'RESOURCE:MEMORY'
  const clash = wanted.hostPorts.some(({ port, protocol }) =>
    left.takenPorts.some((taken) => taken.port === port && taken.protocol === protocol),
  )
  if (clash) return 'RESOURCE:PORTS'
  return wanted.gpuCount > 0 && left.gpuCount < wanted.gpuCount ? 'RESOURCE:GPU' : undefined
}

test('Ledger agrees with remainingResources when tasks come and go', () => {
  const steps = fc.array(fc.record({ releases: fc.boolean(), index: fc.nat(), task: requirements }), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(steps, requirements, (moves, wanted) => {
      const ledger = new Ledger(registered)
      const held: Requirements[] = []
      for (const { releases, index, task } of moves) {
        if (releases && held.length > 0) {
          const [gone] = held.splice(index % held.length, 1)
          ledger.release(gone!)
        } else {
          held.push(task)
          ledger.hold(task)
        }
        const left = remainingResources(registered, held)
        expect(ledger.cpuUnitsLeft).toBe(left.cpuUnits)
        expect(ledger.memoryMibLeft).toBe(left.memoryMib)
        expect(ledger.shortageFor(wanted)).toBe(shortageByDefinition(held, wanted))
      }
    }),
  )
})

test('Ledger keeps what tasks hold when the instance registers anew with less', () => {
  const ledger = new Ledger(registered)
  const task: Requirements = {
    cpuUnits: 800,
    memoryMib: 10,
    hostPorts: [],
    requiredAttributes: [],
    gpuCount: 0,
  }
  ledger.hold(task)
  ledger.register({ ...registered, cpuUnits: 512 })
  expect(ledger.cpuUnitsLeft).toBe(-288)
  expect(ledger.shortageFor({ ...task, cpuUnits: 1 })).toBe('RESOURCE:CPU')
  expect(ledger.shortageFor({ ...task, cpuUnits: 0 })).toBeUndefined()
})
