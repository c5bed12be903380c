import { describe, expect, it } from 'vitest'
import { readStateProcessSettings } from './config.ts'

describe('readStateProcessSettings', () => {
  it('readStateProcessSettings gives the local NATS and a socket in the data folder when nothing is set', () => {
    expect(readStateProcessSettings({}).state).toEqual({
      nats: { servers: ['nats://127.0.0.1:4222'] },
      listenAddress: 'unix:/var/lib/homeport/run/state.sock',
    })
  })

  it('readStateProcessSettings gives what is set when it is', () => {
    const { state } = readStateProcessSettings({
      HOMEPORT_NATS_URL: 'nats://a:4222,nats://b:4222',
      HOMEPORT_NATS_USER: 'homeport',
      HOMEPORT_NATS_PASSWORD: 'secret',
      HOMEPORT_NATS_MONITOR_URL: 'http://a:8222',
      HOMEPORT_STATE_ADDRESS: '0.0.0.0:4572',
    })
    expect(state).toEqual({
      nats: {
        servers: ['nats://a:4222', 'nats://b:4222'],
        user: 'homeport',
        password: 'secret',
        monitorUrl: 'http://a:8222',
      },
      listenAddress: '0.0.0.0:4572',
    })
  })
})
