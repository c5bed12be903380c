import { describe, expect, it } from 'vitest'
import { Lifecycle } from './lifecycle.ts'

describe('Lifecycle', () => {
  it('Lifecycle stops what it owns once and in reverse order when stopped twice', async () => {
    const stopped: string[] = []
    const lifecycle = new Lifecycle()
    for (const name of ['first', 'second']) lifecycle.defer(() => void stopped.push(name))
    await Promise.all([lifecycle.stop(), lifecycle.stop()])
    expect(stopped).toEqual(['second', 'first'])
  })

  it('Lifecycle stops the rest and throws the first error when a part cannot be stopped', async () => {
    const stopped: string[] = []
    const lifecycle = new Lifecycle()
    lifecycle.defer(() => void stopped.push('first'))
    lifecycle.defer(() => Promise.reject(new Error('broken')))
    await expect(lifecycle.stop()).rejects.toThrow('broken')
    expect(stopped).toEqual(['first'])
  })
})
