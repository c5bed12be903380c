import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { describe, expect, it } from 'vitest'
import { assignment, type TaskInput } from '../testing/assignments.ts'
import type { TaskBlueprint } from './blueprint.ts'
import type { ContainerSpec } from './container-runtime.ts'
import { readTask } from './read-task.ts'

const OPTIONS = { installationId: 'home', stopTimeoutSeconds: 30 }

function read(input: TaskInput): TaskBlueprint {
  const blueprint = readTask(assignment(1, input), OPTIONS)
  if ('unreadable' in blueprint) throw new Error(blueprint.unreadable)
  return blueprint
}

function specOf(container: ContainerDefinition, input: Partial<TaskInput> = {}): ContainerSpec {
  const [blueprint] = read({ containers: [{ name: 'app', ...container }], ...input }).containers
  if (blueprint === undefined || 'refusal' in blueprint.spec) throw new Error(JSON.stringify(blueprint))
  return blueprint.spec
}

function refusalOf(container: object, input: Partial<TaskInput> = {}): string {
  const [blueprint] = read({ containers: [{ name: 'app', ...container }], ...input }).containers
  return blueprint !== undefined && 'refusal' in blueprint.spec ? blueprint.spec.refusal : ''
}

describe('readTask', () => {
  it('names and labels containers as the ECS agent does', () => {
    const { name, labels } = specOf({ dockerLabels: { tier: 'web', 'homeport.installation': 'forged' } })
    expect(name).toMatch(/^ecs-web-3-app-[0-9a-f]{20}$/)
    expect(labels).toEqual({
      tier: 'web',
      'com.amazonaws.ecs.cluster': 'default',
      'com.amazonaws.ecs.container-name': 'app',
      'com.amazonaws.ecs.task-arn': `arn:aws:ecs:us-east-1:000000000000:task/default/${'1'.padStart(32, '0')}`,
      'com.amazonaws.ecs.task-definition-family': 'web',
      'com.amazonaws.ecs.task-definition-version': '3',
      'homeport.installation': 'home',
      'homeport.task-id': '1'.padStart(32, '0'),
    })
  })

  it('gives the same container the same name, and another one another', () => {
    const names = (number: number) => {
      const blueprint = readTask(assignment(number, { containers: [{ name: 'a' }, { name: 'b' }] }), OPTIONS)
      return 'containers' in blueprint
        ? blueprint.containers.map(({ spec }) => ('name' in spec ? spec.name : ''))
        : []
    }
    expect(names(1)).toEqual(names(1))
    expect(new Set([...names(1), ...names(2)]).size).toBe(4)
  })

  it('leaves to the image what is absent or empty', () => {
    const spec = specOf({ command: [], entryPoint: [], user: '', workingDirectory: '' })
    expect(spec).toMatchObject({ environment: [], ports: [], binds: [], cpuShares: 2, memoryBytes: 0 })
    for (const absent of [
      'command',
      'entryPoint',
      'user',
      'workingDirectory',
      'hostname',
      'healthCheck',
      'log',
    ]) {
      expect(spec).not.toHaveProperty(absent)
    }
  })

  it('merges overrides over the container of the same name', () => {
    const spec = specOf(
      {
        command: ['serve'],
        cpu: 10,
        memory: 100,
        memoryReservation: 50,
        environment: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      {
        overrides: {
          containerOverrides: [
            {
              name: 'app',
              command: ['migrate', 'now'],
              cpu: 20,
              memory: 200,
              memoryReservation: 60,
              environment: [
                { name: 'B', value: 'two' },
                { name: 'C', value: '3' },
              ],
            },
            { name: 'other', command: ['nothing'] },
          ],
        },
      },
    )
    expect(spec).toMatchObject({
      command: ['migrate', 'now'],
      environment: ['A=1', 'B=two', 'C=3'],
      cpuShares: 20,
      memoryBytes: 200 * 1024 * 1024,
      memoryReservationBytes: 60 * 1024 * 1024,
    })
  })

  it('maps ports in bridge mode, and reports them in host mode without mapping them', () => {
    const portMappings = [
      { containerPort: 80 },
      { containerPort: 53, hostPort: 5353, protocol: 'udp' as const },
    ]
    expect(specOf({ portMappings }).ports).toEqual([
      { containerPort: 80, hostPort: 0, protocol: 'tcp' },
      { containerPort: 53, hostPort: 5353, protocol: 'udp' },
    ])
    const [host] = read({
      containers: [{ name: 'app', portMappings: [{ containerPort: 80 }] }],
      definition: { networkMode: 'host' },
    }).containers
    expect(host?.spec).toMatchObject({ networkMode: 'host', ports: [] })
    expect(host?.hostNetworkPorts).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'tcp' }])
  })

  it('binds host volumes where containers mount them', () => {
    const spec = specOf(
      {
        mountPoints: [
          { sourceVolume: 'data', containerPath: '/data' },
          { sourceVolume: 'data', containerPath: '/copy', readOnly: true },
        ],
      },
      { definition: { volumes: [{ name: 'data', host: { sourcePath: '/srv/data' } }] } },
    )
    expect(spec.binds).toEqual(['/srv/data:/data', '/srv/data:/copy:ro'])
  })

  it('turns seconds into milliseconds and fills in the defaults of health checks', () => {
    expect(specOf({ healthCheck: { command: ['CMD-SHELL', 'exit 0'] } }).healthCheck).toEqual({
      test: ['CMD-SHELL', 'exit 0'],
      intervalMs: 30_000,
      timeoutMs: 5000,
      retries: 3,
      startPeriodMs: 0,
    })
  })

  it('takes the stop time-out of the container, of the host, and never more than ECS allows', () => {
    const seconds = (stopTimeout?: number) =>
      read({ containers: [{ name: 'app', ...(stopTimeout !== undefined && { stopTimeout }) }] }).containers[0]
        ?.stopTimeoutSeconds
    expect([seconds(), seconds(5), seconds(0), seconds(999)]).toEqual([30, 5, 0, 120])
  })

  it('passes the other supported fields on', () => {
    expect(
      specOf({
        privileged: true,
        readonlyRootFilesystem: true,
        hostname: 'box',
        user: 'app',
        workingDirectory: '/srv',
        linuxParameters: { initProcessEnabled: true },
        ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 2 }],
        logConfiguration: { logDriver: 'syslog', options: { tag: 'x' } },
      }),
    ).toMatchObject({
      isPrivileged: true,
      isRootFilesystemReadOnly: true,
      hostname: 'box',
      user: 'app',
      workingDirectory: '/srv',
      hasInitProcess: true,
      ulimits: [{ name: 'nofile', soft: 1, hard: 2 }],
      log: { driver: 'syslog', options: { tag: 'x' } },
    })
  })

  it('says why documents cannot be read', () => {
    const broken = { ...assignment(1, { containers: [] }), taskDefinition: '{' }
    expect(readTask(broken, OPTIONS)).toEqual({
      unreadable: expect.stringMatching(/^CannotCreateContainerError: SyntaxError/),
    })
  })
})

describe('readTask refuses what it does not honour', () => {
  const cases: [title: string, container: object, input: Partial<TaskInput>, named: string][] = [
    ['secrets', { secrets: [{ name: 'A', valueFrom: 'b' }] }, {}, 'secrets'],
    ['links', { links: ['other'] }, {}, 'links'],
    ['a restart policy', { restartPolicy: { enabled: true } }, {}, 'restartPolicy'],
    ['a field of a later version', { somethingNew: 'yes' }, {}, 'somethingNew'],
    ['shared memory', { linuxParameters: { sharedMemorySize: 64 } }, {}, 'linuxParameters.sharedMemorySize'],
    [
      'port ranges',
      { portMappings: [{ containerPortRange: '80-90' }] },
      {},
      'portMappings.containerPortRange',
    ],
    ['awslogs', { logConfiguration: { logDriver: 'awslogs' } }, {}, 'logDriver awslogs'],
    [
      'secret log options',
      { logConfiguration: { logDriver: 'syslog', secretOptions: [{ name: 'a', valueFrom: 'b' }] } },
      {},
      'logConfiguration.secretOptions',
    ],
    ['awsvpc', {}, { definition: { networkMode: 'awsvpc' } }, 'networkMode awsvpc'],
    ['task roles', {}, { definition: { taskRoleArn: 'arn:x' } }, 'taskRoleArn'],
    ['shared PID namespaces', {}, { definition: { pidMode: 'host' } }, 'pidMode'],
    [
      'volumes of Docker',
      { mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }] },
      { definition: { volumes: [{ name: 'v', dockerVolumeConfiguration: { scope: 'task' } }] } },
      'volumes.dockerVolumeConfiguration',
    ],
    [
      'volumes without a source',
      { mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }] },
      { definition: { volumes: [{ name: 'v' }] } },
      'volume v without host.sourcePath',
    ],
    [
      'overrides of environment files',
      {},
      {
        overrides: { containerOverrides: [{ name: 'app', environmentFiles: [{ value: 'a', type: 's3' }] }] },
      },
      'overrides.environmentFiles',
    ],
  ]
  it.each(cases)('%s', (...[, container, input, named]) => {
    expect(refusalOf(container, input)).toBe(
      `CannotCreateContainerError: not supported by this agent: ${named}`,
    )
  })

  it('but not what clients fill in without meaning anything', () => {
    const empty = {
      secrets: [],
      links: [],
      interactive: false,
      systemControls: [],
      volumesFrom: [],
      startTimeout: 0,
    }
    expect(
      refusalOf(empty, { definition: { requiresCompatibilities: ['EC2'], cpu: '256', memory: '512' } }),
    ).toBe('')
  })
})
