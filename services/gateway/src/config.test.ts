import { expect, it } from 'vitest'
import { readGatewaySettings } from './config.ts'

it('readGatewaySettings puts everything below the data folder when nothing else is said', () => {
  expect(readGatewaySettings({ HOMEPORT_DATA_DIR: '/data' })).toMatchObject({
    dataDirectory: '/data',
    gateway: {
      stateAddress: 'unix:/data/run/state.sock',
      accountId: '000000000000',
      host: '127.0.0.1',
      sessionPort: 4568,
      enrollmentPort: 4569,
      certificateNames: ['localhost'],
      pkiDirectory: '/data/pki',
      joinTokenFile: '/data/join-token',
    },
  })
})

it('readGatewaySettings names what is wrong', () => {
  expect(() => readGatewaySettings({ HOMEPORT_ACCOUNT_ID: '12', HOMEPORT_GATEWAY_PORT: 'x' })).toThrow(
    /HOMEPORT_ACCOUNT_ID: must be twelve digits.*\n.*HOMEPORT_GATEWAY_PORT: must be an integer/,
  )
})
