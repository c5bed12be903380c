import { expect, test } from 'vitest'
import { renderNatsConfig } from './nats-config.ts'

test('renderNatsConfig gives a server that is local, durable and guarded', () => {
  const text = renderNatsConfig({
    port: 4333,
    monitorPort: 4334,
    user: 'homeport',
    password: 'p"w',
    storeFolder: '/data/a b',
  })
  expect(text).toContain('listen: 127.0.0.1:4333\n')
  expect(text).toContain('http: 127.0.0.1:4334\n')
  expect(text).toContain('sync_interval: always\n')
  expect(text).toContain('store_dir: "/data/a b"\n')
  expect(text).toContain('password: "p\\"w"\n')
})
