import type { StateConnection } from '@homeport/store'
import { stateContract } from '@homeport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StateFixture, startFixture } from './harness.ts'

describe('contract of state over gRPC and NATS', () => {
  let fixture: StateFixture
  let connection: StateConnection

  beforeAll(async () => {
    fixture = await startFixture()
    const state = await fixture.startState()
    connection = await fixture.connect(state.address)
  })

  afterAll(() => fixture.stop())

  it.each(stateContract)('$title', async ({ run }) => {
    await expect(run(connection)).resolves.toBeUndefined()
  })
})
