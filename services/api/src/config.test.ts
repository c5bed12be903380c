import { EnvironmentError } from '@homeport/runtime'
import { expect, it } from 'vitest'
import { readApiSettings } from './config.ts'

const required = { HOMEPORT_ROOT_ACCESS_KEY_ID: 'AKIAROOT', HOMEPORT_ROOT_SECRET_ACCESS_KEY: 'secret' }

it('readApiSettings gives defaults when only the credentials are set', () => {
  expect(readApiSettings(required)).toMatchObject({
    metricsPort: 4573,
    api: {
      stateAddress: 'unix:/var/lib/homeport/run/state.sock',
      schedulerAddress: 'unix:/var/lib/homeport/run/scheduler.sock',
      accountId: '000000000000',
      host: '127.0.0.1',
      port: 4566,
      rootCredentials: { accessKeyId: 'AKIAROOT', secretAccessKey: 'secret' },
    },
  })
})

it('readApiSettings names every wrong variable', () => {
  const read = (): unknown => readApiSettings({ HOMEPORT_ACCOUNT_ID: '12', HOMEPORT_API_PORT: 'x' })
  expect(read).toThrow(EnvironmentError)
  for (const name of [
    'HOMEPORT_ACCOUNT_ID',
    'HOMEPORT_API_PORT',
    'HOMEPORT_ROOT_ACCESS_KEY_ID',
    'HOMEPORT_ROOT_SECRET_ACCESS_KEY',
  ]) {
    expect(read).toThrow(name)
  }
})
