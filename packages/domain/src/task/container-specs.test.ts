import { InvariantError } from '@homeport/base'
import { expect, test } from 'vitest'
import { containerSpecsOf } from './container-specs.ts'

test('containerSpecsOf reads limits when they are given and zeros when they are not', () => {
  const document = JSON.stringify({
    containerDefinitions: [
      { name: 'web', image: 'httpd', cpu: 256, memory: 512, memoryReservation: 128 },
      { name: 'sidecar', image: 'busybox' },
    ],
  })
  expect(containerSpecsOf(document)).toEqual([
    { name: 'web', image: 'httpd', cpuUnits: 256, memoryMib: 512, memoryReservationMib: 128 },
    { name: 'sidecar', image: 'busybox', cpuUnits: 0, memoryMib: 0, memoryReservationMib: 0 },
  ])
})

test('containerSpecsOf throws when the document has no containers', () => {
  expect(() => containerSpecsOf('{}')).toThrow(InvariantError)
})
