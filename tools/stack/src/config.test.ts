import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('readConfig gives the documented defaults when nothing is set', () => {
  const config = readConfig({ HOMEPORT_API_PORT: '' })
  expect(config).toMatchObject({
    apiPort: 4566,
    accountId: '000000000000',
    region: 'us-east-1',
    fixedPorts: {},
    rootKey: undefined,
  })
  expect(config.dataDirectory).toMatch(/\/\.homeport$/)
})

test('readConfig takes what is set', () => {
  const config = readConfig({
    HOMEPORT_DATA_DIR: '/data',
    HOMEPORT_API_PORT: '8080',
    HOMEPORT_NATS_PORT: '4222',
    HOMEPORT_ROOT_ACCESS_KEY_ID: 'AKIA',
    HOMEPORT_ROOT_SECRET_ACCESS_KEY: 'secret',
    AWS_DEFAULT_REGION: 'eu-central-1',
  })
  expect(config).toMatchObject({
    dataDirectory: '/data',
    apiPort: 8080,
    fixedPorts: { nats: 4222 },
    rootKey: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
    region: 'eu-central-1',
  })
})

test.each([
  [
    { HOMEPORT_API_PORT: '0' },
    'Cannot use HOMEPORT_API_PORT: must be an integer from 1 to 65535, received "0"',
  ],
  [
    { HOMEPORT_NATS_PORT: 'x' },
    'Cannot use HOMEPORT_NATS_PORT: must be an integer from 1 to 65535, received "x"',
  ],
  [{ HOMEPORT_ACCOUNT_ID: '12' }, 'Cannot use HOMEPORT_ACCOUNT_ID: must be twelve digits, received "12"'],
  [{ HOMEPORT_ROOT_ACCESS_KEY_ID: 'AKIA' }, 'both or none must be set, received one'],
])('readConfig names the variable when it is given %j', (environment, message) => {
  expect(() => readConfig(environment)).toThrow(message)
})
