import { StackError } from '../stack-error.ts'
import { callEngine, type EngineAddress, requireEngine } from './engine-client.ts'

/** What can be removed by label, and how the Engine API lists it. */
export type ObjectKind = 'containers' | 'networks' | 'volumes'

/** Removing is bound by the engine's processor time; more at once gains little. */
const CONCURRENCY = 4

const NOT_FOUND = 404
const IN_USE = 409

/**
 * Removes all objects of a kind that carry `label` ("name=value"), running containers included.
 * @returns how many there were.
 * @throws {StackError} with the engine's own words when one cannot be removed.
 */
export async function removeLabelled(
  address: EngineAddress,
  kind: ObjectKind,
  label: string,
): Promise<number> {
  const query = new URLSearchParams({ filters: JSON.stringify({ label: [label] }) })
  if (kind === 'containers') query.set('all', 'true')
  const list = kind === 'containers' ? '/containers/json' : `/${kind}`
  const names = parseNames(
    kind,
    await requireEngine(address, { method: 'GET', path: `${list}?${query.toString()}` }),
  )
  const waiting = [...names]
  const worker = async (): Promise<void> => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) await remove(address, kind, name)
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return names.length
}

/** Removes an image unless a container uses it; harmless when there is none. */
export async function removeImage(address: EngineAddress, reference: string): Promise<void> {
  const { status, body } = await callEngine(address, { method: 'DELETE', path: `/images/${reference}` })
  if (status >= 400 && status !== NOT_FOUND && status !== IN_USE) {
    throw new StackError(
      `Cannot remove image ${reference}: the Docker engine answered ${status} ${body.trim()}`,
    )
  }
}

async function remove(address: EngineAddress, kind: ObjectKind, name: string): Promise<void> {
  const query = kind === 'containers' ? '?force=true&v=true' : ''
  const { status, body } = await callEngine(address, {
    method: 'DELETE',
    path: `/${kind}/${encodeURIComponent(name)}${query}`,
  })
  // 404 and "removal is in progress": somebody else removes it, which is as good.
  const isGone = status === NOT_FOUND || (status === IN_USE && body.includes('already in progress'))
  if (status >= 400 && !isGone) {
    throw new StackError(
      `Cannot remove ${name} of ${kind}: the Docker engine answered ${status} ${body.trim()}`,
    )
  }
}

/** Reads the engine's list: containers and networks have ids, volumes have names and come wrapped. */
export function parseNames(kind: ObjectKind, body: string): string[] {
  const value: unknown = JSON.parse(body)
  const list: unknown = kind === 'volumes' && isRecord(value) ? (value['Volumes'] ?? []) : value
  if (!Array.isArray(list))
    throw new StackError(`Cannot list ${kind}: the Docker engine must send a list, received ${body}`)
  return list.flatMap((item: unknown) => {
    const name = isRecord(item) ? item[kind === 'volumes' ? 'Name' : 'Id'] : undefined
    return typeof name === 'string' ? [name] : []
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
