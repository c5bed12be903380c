import { TransportProtocol } from '@homeport/wire/types'
import { describe, expect, it } from 'vitest'
import { FakeRuntime } from '../testing/fake-runtime.ts'
import { instanceAttributes } from './attributes.ts'
import { createHostDescriber } from './describe-host.ts'
import { readMachine } from './read-machine.ts'
import { instanceResources } from './resources.ts'

const GIB = 1024 ** 3
const machine = { cpuCount: 4, memoryBytes: 8 * GIB }
const nothing = { reservedMemoryMiB: 0, reservedPorts: [], reservedUdpPorts: [] }
const attributes = { availabilityZone: 'eu-1a', loggingDrivers: ['json-file'], isExternal: false, custom: {} }

describe('instanceResources', () => {
  it('offers what the machine has, less what is reserved', () => {
    expect(
      instanceResources(machine, { reservedMemoryMiB: 512, reservedPorts: [22], reservedUdpPorts: [53] }),
    ).toMatchObject({
      cpuUnits: 4096,
      memoryMib: 8192 - 512,
      reservedPorts: [
        { port: 22, protocol: TransportProtocol.TCP },
        { port: 53, protocol: TransportProtocol.UDP },
      ],
    })
  })

  it('offers what it is told to, and never less than nothing', () => {
    const told = { ...nothing, cpuUnits: 100, memoryMiB: 50, reservedMemoryMiB: 60 }
    expect(instanceResources(machine, told)).toMatchObject({ cpuUnits: 100, memoryMib: 0 })
  })
})

describe('instanceAttributes', () => {
  it('names the host, the API versions between the two engines, drivers and what users add', () => {
    const version = { engine: '20.10.24', api: '1.19', minimumApi: '1.12' }
    const all = instanceAttributes(version, {
      ...attributes,
      architecture: 'x64',
      isExternal: true,
      custom: { rack: '7' },
    })
    expect(all.map(({ name, value }) => (value === '' ? name : `${name}=${value}`))).toEqual([
      'ecs.os-type=linux',
      'ecs.os-family=LINUX',
      'ecs.cpu-architecture=x86_64',
      'ecs.availability-zone=eu-1a',
      'com.amazonaws.ecs.capability.privileged-container',
      'ecs.capability.container-health-check',
      'ecs.capability.container-ordering',
      'com.amazonaws.ecs.capability.docker-remote-api.1.17',
      'com.amazonaws.ecs.capability.docker-remote-api.1.18',
      'com.amazonaws.ecs.capability.docker-remote-api.1.19',
      'com.amazonaws.ecs.capability.logging-driver.json-file',
      'ecs.capability.external',
      'rack=7',
    ])
  })
})

describe('HostDescriber', () => {
  it('asks until it has been answered, and then remembers', async () => {
    const runtime = new FakeRuntime()
    let askedCount = 0
    const describer = createHostDescriber(
      {
        cluster: 'c',
        region: 'r',
        hostname: 'h',
        agentVersion: '1',
        resources: nothing,
        attributes,
        tags: { a: 'b' },
      },
      {
        runtime,
        architecture: 'arm64',
        readMachine: async () => {
          askedCount += 1
          if (askedCount === 1) throw new Error('not yet')
          return machine
        },
      },
    )
    await expect(describer.describe()).rejects.toThrow('not yet')
    const described = await describer.describe()
    expect(described).toMatchObject({
      cluster: 'c',
      dockerVersion: 'DockerVersion: 20.10.24',
      resources: { cpuUnits: 4096 },
      tags: [{ key: 'a', value: 'b' }],
    })
    await describer.describe()
    expect(askedCount).toBe(2)
  })
})

describe('readMachine', () => {
  it('knows processors and memory of this machine', async () => {
    const facts = await readMachine()
    expect(facts.cpuCount).toBeGreaterThan(0)
    expect(facts.memoryBytes).toBeGreaterThan(GIB / 4)
  })
})
