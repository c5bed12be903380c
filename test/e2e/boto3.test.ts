/** Goal: boto3's waiters and paginators work against a live stack, unmodified. */
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalStack, startLocalStack } from '../support/local-stack.ts'

const run = promisify(execFile)
const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'boto3_session.py')
let stack: LocalStack

beforeAll(async () => {
  stack = await startLocalStack()
})
afterAll(() => stack.remove())

it('boto3 runs a service and pages through its tasks when it uses waiters and paginators', async () => {
  const { stdout } = await run('python3', [SCRIPT], { env: { ...process.env, ...stack.environment } })
  expect(JSON.parse(stdout)).toEqual({
    paged_task_count: 3,
    deployments: [['PRIMARY', 3]],
    stopped: true,
    missing: 'ClusterNotFoundException',
    inactive: 'INACTIVE',
  })
})
