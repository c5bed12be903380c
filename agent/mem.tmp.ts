import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { TaskStatus } from '@homeport/wire/types'
import { FakeGateway } from './src/testing/fake-gateway.ts'

const gw = await new FakeGateway({}).start()
const id = (n: number) => n.toString(16).padStart(32, '0')
const task = (n: number, c: object = {}) => ({
  taskId: id(n),
  taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/default/' + id(n),
  clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
  desiredStatus: 'RUNNING' as const,
  stoppedReason: '',
  family: 'web',
  revision: 1,
  overrides: '',
  taskDefinition: JSON.stringify({
    family: 'web',
    containerDefinitions: [
      { name: 'main', image: 'test/busybox:1', command: ['sleep', '1000'], memory: 32, stopTimeout: 1, ...c },
    ],
  }),
})
const flags = (process.env.FLAGS ?? '').split(' ').filter(Boolean)
const child = spawn(process.execPath, [...flags, process.env.MAIN ?? 'src/main.ts'], {
  cwd: import.meta.dirname,
  stdio: 'inherit',
  env: {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.CC,
    HOMEPORT_LOG_LEVEL: 'warn',
    HOMEPORT_AGENT_METRICS_PORT: '0',
    HOMEPORT_AGENT_DATA_DIR: mkdtempSync('/tmp/agt-'),
    HOMEPORT_GATEWAY_ADDRESS: gw.sessionAddress,
    HOMEPORT_ENROLLMENT_ADDRESS: gw.enrollmentAddress,
    HOMEPORT_JOIN_TOKEN: gw.joinToken,
    HOMEPORT_INSTALLATION_ID: 'mem',
    ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION: '1s',
  },
})
const rss = () => {
  const s = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return s.match(/VmRSS:\s+(\d+)/)![1]! + ' kB anon ' + s.match(/RssAnon:\s+(\d+)/)![1]
}
await gw.until(() => gw.registrations.length > 0)
console.log('registered', rss())
const n = Number(process.argv[2] ?? 5)
for (let i = 0; i < n; i++) gw.assign(task(i + 1))
for (let i = 0; i < n; i++) await gw.reached(id(i + 1), TaskStatus.RUNNING)
console.log('running', n, rss())
for (let i = 0; i < n; i++) gw.stopTask(id(i + 1))
for (let i = 0; i < n; i++) await gw.reached(id(i + 1), TaskStatus.STOPPED)
console.log('stopped', rss())
await new Promise((r) => setTimeout(r, 5000))
console.log('idle', rss())
child.kill('SIGTERM')
child.on('exit', (c) => {
  console.log('exit', c)
  process.exit()
})
