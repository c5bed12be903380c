import { createFakeClock, flushMicrotasks } from '@homeport/testkit'
import { describe, expect, it } from 'vitest'
import { FakeRuntime } from '../testing/fake-runtime.ts'
import { RuntimeError } from './container-runtime.ts'
import { createImageStore, type PullBehavior } from './image-store.ts'

const REMOTE = { digest: `sha256:${'1'.repeat(64)}` }
const never = new AbortController().signal

function open(behavior: PullBehavior) {
  const clock = createFakeClock()
  const runtime = new FakeRuntime()
  const pulls: number[] = []
  const store = createImageStore(
    { behavior, timeoutMs: 60_000, inactivityTimeoutMs: 10_000 },
    { runtime, clock, onPulled: (durationMs) => pulls.push(durationMs) },
  )
  return { clock, runtime, store, pulls }
}

describe('ImageStore', () => {
  /** What the host has, whether the registry answers; then: pulled?, and the outcome. */
  const cases: [
    PullBehavior,
    host: 'none' | 'local' | 'pulled',
    registry: boolean,
    pulls: number,
    kind: string,
  ][] = [
    ['default', 'none', true, 1, 'present'],
    ['default', 'none', false, 1, 'failed'],
    ['default', 'local', false, 0, 'present'],
    ['default', 'pulled', true, 1, 'present'],
    ['default', 'pulled', false, 1, 'present'],
    ['always', 'local', true, 1, 'present'],
    ['always', 'pulled', false, 1, 'failed'],
    ['once', 'pulled', true, 1, 'present'],
    ['once', 'pulled', false, 1, 'failed'],
    ['prefer-cached', 'pulled', true, 0, 'present'],
    ['prefer-cached', 'none', true, 1, 'present'],
    ['prefer-cached', 'none', false, 1, 'failed'],
  ]
  it.each(cases)(
    'under %s with %s on the host and registry %s pulls %i times: %s',
    async (...[behavior, host, registry, pulls, kind]) => {
      const { runtime, store } = open(behavior)
      if (host !== 'none') runtime.images.set('web:1', host === 'local' ? { digest: '' } : REMOTE)
      if (registry) runtime.registry.set('web:1', REMOTE)
      const result = await store.ensure('web:1', never)
      expect(result.kind).toBe(kind)
      expect(runtime.calls).toHaveLength(pulls)
    },
  )

  it('pulls only once under once', async () => {
    const { runtime, store } = open('once')
    runtime.registry.set('web:1', REMOTE)
    await store.ensure('web:1', never)
    await store.ensure('web:1', never)
    expect(runtime.calls).toEqual(['pull web:1'])
  })

  it('gives the digest and the duration of a pull', async () => {
    const { runtime, store, pulls, clock } = open('default')
    runtime.registry.set('web:1', REMOTE)
    const release = runtime.hold('pull')
    const result = store.ensure('web:1', never)
    await clock.advance(250)
    release()
    expect(await result).toEqual({ kind: 'present', imageDigest: REMOTE.digest })
    expect(pulls).toEqual([250])
  })

  it('gives the reason in the words of ECS and of the engine', async () => {
    const { store } = open('default')
    expect(await store.ensure('web:1', never)).toEqual({
      kind: 'failed',
      reason: 'CannotPullContainerError: Error response from daemon: manifest for web:1 not found',
    })
  })

  it('fails when the runtime refuses the very name', async () => {
    const { runtime, store } = open('default')
    runtime.findImage = () => Promise.reject(new RuntimeError('refused', 'invalid reference format'))
    expect((await store.ensure('UPPER/Case', never)).kind).toBe('failed')
  })

  it('shares one pull among those that want the image, until nobody does', async () => {
    const { runtime, store } = open('default')
    runtime.registry.set('web:1', REMOTE)
    const release = runtime.hold('pull')
    const leaving = new AbortController()
    const left = store.ensure('web:1', leaving.signal)
    const stayed = store.ensure('web:1', never)
    await flushMicrotasks()
    leaving.abort()
    expect(await left).toEqual({ kind: 'cancelled' })
    release()
    expect(await stayed).toMatchObject({ kind: 'present' })
    expect(runtime.calls).toEqual(['pull web:1'])
  })

  it('gives a pull up that shows no sign of life', async () => {
    const { runtime, store, clock } = open('default')
    runtime.hold('pull')
    const result = store.ensure('web:1', never)
    await clock.advance(10_000)
    expect(await result).toEqual({
      kind: 'failed',
      reason: 'CannotPullContainerError: inactivity time exceeded timeout while pulling image web:1',
    })
  })

  it('throws when the runtime cannot be reached, so that the pull is repeated', async () => {
    const { runtime, store } = open('default')
    runtime.failNext('pull', new RuntimeError('unavailable', 'connection reset'))
    await expect(store.ensure('web:1', never)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
