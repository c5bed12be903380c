import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs'
import { describe, expect, it } from 'vitest'
import { EcsError } from '../errors/ecs-error.ts'
import { registerTaskDefinition } from './register.ts'
import { requirementsOf } from './requirements.ts'

const web: ContainerDefinition = { name: 'web', image: 'httpd:2', memory: 64 }

const input = (
  containers: ContainerDefinition[] = [web],
  rest: Partial<RegisterTaskDefinitionCommandInput> = {},
): RegisterTaskDefinitionCommandInput => ({ family: 'web', containerDefinitions: containers, ...rest })

/** What is answered to `asked`: `CODE: text`, or `accepted`. */
function answerTo(asked: RegisterTaskDefinitionCommandInput): string {
  try {
    registerTaskDefinition(asked)
  } catch (error) {
    if (error instanceof EcsError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

const sidecar: ContainerDefinition = { name: 'sidecar', image: 'busybox', memory: 16, essential: false }
const healthCheck = { command: ['CMD-SHELL', 'true'] }
const port = (containerPort: number, hostPort?: number, protocol?: 'tcp' | 'udp') => ({
  containerPort,
  hostPort,
  protocol,
})
const ulimit = (softLimit: number, hardLimit: number) => [{ name: 'nofile' as const, softLimit, hardLimit }]
const host = (sourcePath: string) => ({ host: { sourcePath } })

describe('registerTaskDefinition refuses in the words of ECS when', () => {
  const cases: [string, RegisterTaskDefinitionCommandInput, string][] = [
    ['the family is missing', input([web], { family: undefined }), 'Family can not be blank.'],
    ['the family has a slash', input([web], { family: 'a/b' }), 'Family contains invalid characters.'],
    [
      'the family is too long',
      input([web], { family: 'a'.repeat(256) }),
      'Family is longer than 255 characters.',
    ],
    ['there is no container', input([]), 'Container list cannot be empty.'],
    [
      'there are eleven containers',
      input(Array.from({ length: 11 }, (_, index) => ({ ...web, name: `c${index}` }))),
      'Too many containers.',
    ],
    [
      'a name is missing',
      input([{ ...web, name: undefined }]),
      'Container.name should not be null or empty.',
    ],
    ['a name has a blank', input([{ ...web, name: 'a b' }]), 'Container.name contains invalid characters.'],
    ['a name comes twice', input([web, web]), "Duplicate container name 'web'."],
    [
      'an image is missing',
      input([{ ...web, image: undefined }]),
      'Container.image should not be null or empty.',
    ],
    ['an image is empty', input([{ ...web, image: ' ' }]), 'Container.image should not be null or empty.'],
    [
      'an image is a placeholder',
      input([{ ...web, image: '$IMAGE' }]),
      'Container.image contains invalid characters.',
    ],
    [
      'no memory is given',
      input([{ name: 'web', image: 'x' }]),
      "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ],
    ['memory is below 6 MiB', input([{ ...web, memory: 5 }]), "'memory' must be greater than or equal to 6."],
    [
      'the reservation is below 6 MiB',
      input([{ ...web, memoryReservation: 0 }]),
      "'memoryReservation' must be greater than or equal to 6.",
    ],
    [
      'memory is no whole number',
      input([{ ...web, memory: 64.5 }]),
      "Invalid 'memory' setting for container 'web'.",
    ],
    [
      'the reservation exceeds memory',
      input([{ ...web, memoryReservation: 65 }]),
      "'memory' must be greater than or equal to 'memoryReservation'.",
    ],
    [
      'a container takes more than the task',
      input([web], { memory: '32' }),
      "The 'memory' setting for container 'web' is greater than for the task.",
    ],
    [
      'reservations together exceed the task',
      input(
        [
          { ...web, memoryReservation: 40 },
          { ...sidecar, memory: 40, memoryReservation: 40 },
        ],
        { memory: '64' },
      ),
      "The sum of all container 'memoryReservation' values",
    ],
    [
      'CPU together exceeds the task',
      input([{ ...web, cpu: 512 }], { cpu: '256' }),
      "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    ],
    [
      'CPU is more than any host has',
      input([{ ...web, cpu: 2 ** 31 }]),
      "Invalid 'cpu' setting for container 'web'.",
    ],
    ['CPU is negative', input([{ ...web, cpu: -1 }]), "Invalid 'cpu' setting for container 'web'."],
    ['task CPU is too small', input([web], { cpu: '1' }), "Invalid 'cpu' setting for task."],
    ['task CPU is no number', input([web], { cpu: 'many' }), "Invalid 'cpu' setting for task."],
    ['task memory is no number', input([web], { memory: '1 TB' }), "Invalid 'memory' setting for task."],
    ['nothing is essential', input([sidecar]), 'At least one container must be essential.'],
    [
      'a port is 0',
      input([{ ...web, portMappings: [port(0)] }]),
      "Invalid 'containerPort' setting for container 'web'.",
    ],
    [
      'a host port is too large',
      input([{ ...web, portMappings: [port(80, 65_536)] }]),
      "Invalid 'hostPort' setting for container 'web'.",
    ],
    [
      'a host port is mapped twice',
      input([
        { ...web, portMappings: [port(80, 8080)] },
        { ...sidecar, portMappings: [port(81, 8080)] },
      ]),
      "TCP host port '8080' is mapped multiple times in task.",
    ],
    [
      'a container port is mapped twice to any port',
      input([{ ...web, portMappings: [port(80), port(80)] }]),
      "TCP container port '80' is mapped multiple times in container 'web'.",
    ],
    [
      'ports differ in the network of the host',
      input([{ ...web, portMappings: [port(80, 81)] }], { networkMode: 'host' }),
      'When networkMode=host, the host ports and container ports in port mappings must match.',
    ],
    [
      'two containers use one port of the network of the host',
      input(
        [
          { ...web, portMappings: [port(80)] },
          { ...sidecar, portMappings: [port(80)] },
        ],
        { networkMode: 'host' },
      ),
      "TCP host port '80' is mapped multiple times in task.",
    ],
    [
      'there are ports without a network',
      input([{ ...web, portMappings: [port(80)] }], { networkMode: 'none' }),
      'Port mappings are not supported when networkMode=none.',
    ],
    [
      'a port name comes twice',
      input([
        {
          ...web,
          portMappings: [
            { ...port(80), name: 'http' },
            { ...port(81), name: 'http' },
          ],
        },
      ]),
      "received 'http' twice.",
    ],
    [
      'a host name is given in the network of the host',
      input([{ ...web, hostname: 'x' }], { networkMode: 'host' }),
      'hostname is not supported on container when networkMode=host.',
    ],
    [
      'a mount names no volume',
      input([{ ...web, mountPoints: [{ sourceVolume: 'x', containerPath: '/x' }] }]),
      "Unknown volume 'x'.",
    ],
    [
      'a mount has no path',
      input([{ ...web, mountPoints: [{ sourceVolume: 'x' }] }], { volumes: [{ name: 'x', ...host('/x') }] }),
      "Invalid 'mountPoints' setting for container 'web'.",
    ],
    [
      'a volume has no name',
      input([web], { volumes: [host('/x')] }),
      'Volume.name should not be null or empty.',
    ],
    [
      'a volume comes twice',
      input([web], {
        volumes: [
          { name: 'x', ...host('/x') },
          { name: 'x', ...host('/y') },
        ],
      }),
      "Duplicate volume name 'x'.",
    ],
    [
      'the path of a volume is relative',
      input([web], { volumes: [{ name: 'x', ...host('x') }] }),
      'host.sourcePath must be an absolute path',
    ],
    [
      'a dependency is unknown',
      input([{ ...web, dependsOn: [{ containerName: 'x', condition: 'START' }] }]),
      "Container 'web' depends on 'x', which is not a container of the task.",
    ],
    [
      'a container waits for an essential one to end',
      input([
        { ...web, dependsOn: [{ containerName: 'sidecar', condition: 'SUCCESS' }] },
        { ...sidecar, essential: true },
      ]),
      'A dependency container with SUCCESS or COMPLETE condition cannot be an essential container',
    ],
    [
      'a container waits for the health of one without a check',
      input([{ ...web, dependsOn: [{ containerName: 'sidecar', condition: 'HEALTHY' }] }, sidecar]),
      "waits for 'sidecar' to be HEALTHY",
    ],
    [
      'dependencies are circular',
      input([
        { ...web, dependsOn: [{ containerName: 'sidecar', condition: 'START' }] },
        { ...sidecar, dependsOn: [{ containerName: 'web', condition: 'START' }] },
      ]),
      'Container dependencies cannot be circular: web -> sidecar -> web.',
    ],
    [
      'a container depends on itself',
      input([{ ...web, dependsOn: [{ containerName: 'web', condition: 'START' }] }]),
      'circular: web -> web.',
    ],
    [
      'a health check has no command',
      input([{ ...web, healthCheck: { command: ['CMD'] } }]),
      "Invalid 'healthCheck.command' setting for container 'web'.",
    ],
    [
      'a health check is too frequent',
      input([{ ...web, healthCheck: { ...healthCheck, interval: 4 } }]),
      "Invalid 'healthCheck.interval' setting for container 'web'. It must be between 5 and 300.",
    ],
    [
      'a soft limit exceeds the hard one',
      input([{ ...web, ulimits: ulimit(2, 1) }]),
      "Invalid 'ulimits' setting",
    ],
    [
      'a variable has no name',
      input([{ ...web, environment: [{ value: 'x' }] }]),
      "Invalid 'environment' setting",
    ],
    ['stopping may take too long', input([{ ...web, stopTimeout: 121 }]), 'It must be between 0 and 120.'],
    [
      'a constraint is no query',
      input([web], { placementConstraints: [{ type: 'memberOf', expression: '(' }] }),
      "Invalid expression '('",
    ],
    [
      'the definition is too long',
      input([{ ...web, command: ['x'.repeat(65_536)] }]),
      "Max allowed length is '65536' bytes.",
    ],
  ]
  it.each(cases)('%s', (_what, asked, words) => {
    const answer = answerTo(asked)
    expect(answer).toContain(words)
    expect(answer).toMatch(/^ClientException: /)
  })
})

describe('registerTaskDefinition names what is not available when asked for', () => {
  const cases: [string, RegisterTaskDefinitionCommandInput][] = [
    ["'secrets' of container 'web'", input([{ ...web, secrets: [{ name: 'a', valueFrom: 'b' }] }])],
    ["'links' of container 'web'", input([{ ...web, links: ['sidecar'] }])],
    ["'pseudoTerminal' of container 'web'", input([{ ...web, pseudoTerminal: true }])],
    [
      "'linuxParameters.tmpfs' of container 'web'",
      input([{ ...web, linuxParameters: { tmpfs: [{ containerPath: '/t', size: 1 }] } }]),
    ],
    [
      "the log driver 'awslogs' of container 'web'",
      input([{ ...web, logConfiguration: { logDriver: 'awslogs' } }]),
    ],
    ["the network mode 'awsvpc'", input([web], { networkMode: 'awsvpc' })],
    ["the compatibility 'FARGATE'", input([web], { requiresCompatibilities: ['FARGATE'] })],
    ["'taskRoleArn'", input([web], { taskRoleArn: 'r' })],
    [
      "'efsVolumeConfiguration' of volume 'x'",
      input([web], { volumes: [{ name: 'x', efsVolumeConfiguration: { fileSystemId: 'f' } }] }),
    ],
    ["a missing 'host.sourcePath' of volume 'x'", input([web], { volumes: [{ name: 'x' }] })],
    [
      "the operating system family 'WINDOWS_SERVER_2022_CORE'",
      input([web], { runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } }),
    ],
  ]
  it.each(cases)('%s', (what, asked) => {
    expect(answerTo(asked)).toBe(`ClientException: Homeport does not support ${what} yet.`)
  })

  it('accepts members that ask for nothing', () => {
    const silent = { ...web, links: [], secrets: [], pseudoTerminal: false, linuxParameters: { tmpfs: [] } }
    expect(answerTo(input([silent], { enableFaultInjection: false }))).toBe('accepted')
  })
})

describe('registerTaskDefinition', () => {
  it('normalises task sizes and lists the attributes that an instance needs', () => {
    const document = registerTaskDefinition(
      input(
        [
          { ...web, privileged: true, dependsOn: [{ containerName: 'sidecar', condition: 'HEALTHY' }] },
          { ...sidecar, memoryReservation: 8, healthCheck, logConfiguration: { logDriver: 'json-file' } },
        ],
        { cpu: '1 vCPU', memory: '0.5GB' },
      ),
    )
    expect([document.cpu, document.memory]).toEqual(['1024', '512'])
    expect(document.requiresAttributes?.map(({ name }) => name)).toEqual([
      'com.amazonaws.ecs.capability.docker-remote-api.1.18',
      'com.amazonaws.ecs.capability.docker-remote-api.1.21',
      'com.amazonaws.ecs.capability.docker-remote-api.1.24',
      'com.amazonaws.ecs.capability.logging-driver.json-file',
      'com.amazonaws.ecs.capability.privileged-container',
      'ecs.capability.container-health-check',
      'ecs.capability.container-ordering',
    ])
    expect(document.containerDefinitions[1]?.healthCheck).toEqual({
      command: ['CMD-SHELL', 'true'],
      interval: 30,
      timeout: 5,
      retries: 3,
    })
    expect(document.networkMode).toBeUndefined()
  })

  it('gives every mapped port of the network of the host its own number', () => {
    const document = registerTaskDefinition(
      input([{ ...web, portMappings: [port(80, 0)] }], { networkMode: 'host' }),
    )
    expect(document.containerDefinitions[0]?.portMappings).toEqual([
      { containerPort: 80, hostPort: 80, protocol: 'tcp' },
    ])
  })
})

describe('requirementsOf', () => {
  const document = registerTaskDefinition(
    input([
      { ...web, cpu: 100, memoryReservation: 32, portMappings: [port(80), port(53, 53, 'udp')] },
      { ...sidecar, cpu: 28 },
    ]),
  )

  it('sums the containers, soft limits before hard ones, when the task has no size', () => {
    expect(requirementsOf(document)).toEqual({
      cpuUnits: 128,
      memoryMib: 48,
      hostPorts: [{ port: 53, protocol: 2 }],
      requiredAttributes: ['com.amazonaws.ecs.capability.docker-remote-api.1.21'],
      gpuCount: 0,
    })
  })

  it('counts overrides, of containers and of the task', () => {
    const containerOverrides = [{ name: 'sidecar', cpu: 0, memory: 20 }]
    expect(requirementsOf(document, { containerOverrides })).toMatchObject({ cpuUnits: 100, memoryMib: 52 })
    expect(requirementsOf(document, { cpu: '2 vCPU', memory: '1 GB' })).toMatchObject({
      cpuUnits: 2048,
      memoryMib: 1024,
    })
  })

  it('takes the size of the task when it has one', () => {
    const sized = registerTaskDefinition(input([web], { cpu: '256', memory: '128' }))
    expect(requirementsOf(sized)).toMatchObject({ cpuUnits: 256, memoryMib: 128 })
  })
})
