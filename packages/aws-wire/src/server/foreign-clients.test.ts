// Goal: the clients that users have, the `aws` command and boto3, unmodified, speak with the server under
// the protocol that each of them chooses. They are not optional: a machine without them fails here with
// what to install, because a skipped test would hide that nobody tried.
import { execFile } from 'node:child_process'
import { devNull } from 'node:os'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@homeport/runtime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCESS_KEY, PRINCIPAL, type RunningServer, startServer } from '../../test-support/wire-fixture.ts'
import { ApiError } from '../api-error.ts'
import { loadService } from '../registry/load-service.ts'
import { bindService } from './bind-service.ts'
import type { RequestRecord } from './options.ts'

const CREATED_AT = new Date('2026-01-02T03:04:05.678Z')
const BOTO3_CHECK = fileURLToPath(new URL('../../test-support/boto3-check.py', import.meta.url))

interface Finished {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

let running: RunningServer
const records: RequestRecord[] = []
const metricInputs: { readonly count: number; readonly first: unknown }[] = []

beforeAll(async () => {
  const [ecs, sts, elbv2, cloudwatch] = await Promise.all([
    loadService('ecs'),
    loadService('sts'),
    loadService('elasticloadbalancingv2'),
    loadService('cloudwatch'),
  ])
  const services = [
    bindService(ecs, {
      DescribeTasks: async ({ cluster, tasks }) => ({
        tasks: [{ taskArn: `${cluster}/${tasks?.join(',')}`, createdAt: CREATED_AT }],
      }),
      DescribeServices: () => Promise.reject(new ApiError('ClusterNotFoundException', 'Cluster not found.')),
    }),
    bindService(sts, { GetCallerIdentity: async (_input, { principal }) => ({ Arn: principal.arn }) }),
    bindService(elbv2, {
      DescribeLoadBalancers: async ({ Names = [] }) => ({
        LoadBalancers: Names.map((LoadBalancerName) => ({ LoadBalancerName, CreatedTime: CREATED_AT })),
      }),
      DeleteLoadBalancer: () =>
        Promise.reject(new ApiError('LoadBalancerNotFoundException', "'x' not found")),
    }),
    bindService(cloudwatch, {
      PutMetricData: async ({ MetricData = [] }) => {
        metricInputs.push({ count: MetricData.length, first: MetricData[0] })
        return {}
      },
      PutDashboard: () => Promise.reject(new ApiError('DashboardInvalidInputError', 'No such widget')),
    }),
  ]
  running = await startServer(services, {
    clock: systemClock,
    hooks: { onRequest: (record) => records.push(record) },
  })
})

afterAll(async () => {
  await running.server.close()
})

function run(file: string, ...parameters: readonly string[]): Promise<Finished> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: running.url,
    AWS_ACCESS_KEY_ID: ACCESS_KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ACCESS_KEY.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    PYTHONUTF8: '1',
  }
  return new Promise((resolve, reject) => {
    execFile(file, parameters, { env }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') {
        const advice = 'install the AWS CLI and boto3 (pip install awscli boto3) and put them on PATH'
        reject(new Error(`Cannot run ${file}: ${error.message}; ${advice}`))
        return
      }
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** Version 2 knows `AWS_ENDPOINT_URL` only since 2.13, and distributions have older ones. */
function aws(...parameters: readonly string[]): Promise<Finished> {
  return run('aws', '--endpoint-url', running.url, ...parameters)
}

describe('the aws command', () => {
  test('reads what an ECS handler answers', async () => {
    const describe = ['ecs', 'describe-tasks', '--cluster', 'c', '--tasks', 't', '--output', 'json']
    const { exitCode, stdout, stderr } = await aws(...describe)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const { tasks } = JSON.parse(stdout) as { tasks: { taskArn: string; createdAt: number | string }[] }
    expect(tasks[0]?.taskArn).toBe('c/t')
    // Version 1 prints seconds since the epoch, version 2 a date.
    const createdAt = tasks[0]?.createdAt ?? ''
    const createdAtMs = typeof createdAt === 'number' ? createdAt * 1000 : Date.parse(createdAt)
    expect(createdAtMs).toBe(CREATED_AT.getTime())
  })

  test('prints a modelled error with its code and message', async () => {
    const { exitCode, stderr } = await aws('ecs', 'describe-services', '--services', 'web')
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain(
      'An error occurred (ClusterNotFoundException) when calling the DescribeServices operation: Cluster not found.',
    )
  })

  test('reads XML of the query protocol', async () => {
    const { stdout } = await aws('sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text')
    expect(stdout.trim()).toBe(PRINCIPAL.arn)
  })

  test('prints what is told of operations without a handler', async () => {
    const { stderr } = await aws('ecs', 'list-clusters')
    expect(stderr).toContain('(UnknownOperationException)')
  })
})

describe('boto3', () => {
  test('reads answers, typed exceptions, gzip and presigned URLs of every protocol it uses', async () => {
    const { exitCode, stdout, stderr } = await run('python3', BOTO3_CHECK)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const result: unknown = JSON.parse(stdout)
    expect(result).toEqual({
      task: {
        arn: 'zażółć/a b',
        createdAt: '2026-01-02T03:04:05.678000+00:00',
        requestId: expect.stringMatching(/^request-\d+$/),
      },
      ecsError: ['ClusterNotFoundException', 'ClusterNotFoundException', 'Cluster not found.'],
      identity: PRINCIPAL.arn,
      balancers: [
        ['one', '2026-01-02T03:04:05.678000+00:00'],
        ['two & three', '2026-01-02T03:04:05.678000+00:00'],
      ],
      queryError: ['LoadBalancerNotFoundException', 'LoadBalancerNotFound', "'x' not found"],
      queryModeError: ['DashboardInvalidInputError', 'InvalidParameterInput', 'No such widget'],
      presigned: [
        expect.stringContaining(`<Arn>${PRINCIPAL.arn}</Arn>`),
        expect.stringContaining(`<Arn>${PRINCIPAL.arn}</Arn>`),
      ],
    })
    expect(metricInputs.at(-1)).toEqual({
      count: 100,
      first: { MetricName: 'm'.repeat(200), Value: 1.5, Timestamp: new Date('2026-01-02T03:04:05Z') },
    })
    const put = records.find(({ operation }) => operation === 'PutMetricData')
    // 100 metrics of 200 characters arrive in far fewer bytes: they were compressed.
    expect(put?.requestBytes).toBeLessThan(10_000)
    expect(new Set(records.map(({ protocol }) => protocol))).toContain('json-1.0')
  })
})
