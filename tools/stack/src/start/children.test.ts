import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { dataPaths } from '../paths.ts'
import { planChildren, type StackPlan } from './children.ts'

const plan: StackPlan = {
  config: readConfig({}),
  paths: dataPaths('/data'),
  installationId: 'abc',
  credentials: { accountId: '000000000000', accessKeyId: 'AKIA', secretAccessKey: 'root-secret' },
  ports: { nats: 1, gateway: 2, controlPlaneMetrics: 3, agentMetrics: 4, enrollment: 5, natsMonitor: 6 },
  natsServer: '/bin/nats-server',
  natsUser: 'homeport',
  natsPassword: 'nats-secret',
}

test('planChildren gives each process its own settings and no secret in its arguments', () => {
  const children = planChildren(plan, { PATH: '/bin' })
  expect(children.nats.args).toEqual(['--config', '/data/nats-server.conf'])
  expect(children.controlPlane.environment).toMatchObject({
    PATH: '/bin',
    HOMEPORT_NATS_URL: 'nats://127.0.0.1:1',
    HOMEPORT_API_PORT: '4566',
    HOMEPORT_ROOT_SECRET_ACCESS_KEY: 'root-secret',
  })
  expect(children.agent.environment).toMatchObject({
    ECS_CLUSTER: 'default',
    HOMEPORT_GATEWAY_ADDRESS: 'localhost:2',
    AWS_REGION: 'us-east-1',
    HOMEPORT_INSTALLATION_ID: 'abc',
  })
  const args = JSON.stringify(Object.values(children).map((child) => child.args))
  expect(args).not.toContain('secret')
})

test('planChildren tells neither NATS nor the agent the root key or the password of NATS', () => {
  const inherited = { HOMEPORT_ROOT_SECRET_ACCESS_KEY: 'root-secret', AWS_SECRET_ACCESS_KEY: 'users-own' }
  const { nats, controlPlane, agent } = planChildren(plan, inherited)
  expect(JSON.stringify([nats, agent])).not.toMatch(/secret|users-own/)
  expect(JSON.stringify(controlPlane)).not.toContain('users-own')
})

test('planChildren lets the user name the cluster of the agent', () => {
  expect(planChildren(plan, { ECS_CLUSTER: 'edge' }).agent.environment['ECS_CLUSTER']).toBe('edge')
})
