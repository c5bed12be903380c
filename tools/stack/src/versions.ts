/** A version's numbers, most significant first. */
export type Version = readonly number[]

/** The first dotted number in `text` ("nats-server: v2.15.1", "2.9.10-1+b3"); `undefined` when there is none. */
export function parseVersion(text: string): Version | undefined {
  const match = /\d+(?:\.\d+)+/.exec(text)
  return match === null ? undefined : match[0].split('.').map(Number)
}

/** Whether `version` is `minimum` or newer; missing numbers count as 0. */
export function isAtLeast(version: Version, minimum: Version): boolean {
  const length = Math.max(version.length, minimum.length)
  for (let index = 0; index < length; index += 1) {
    const difference = (version[index] ?? 0) - (minimum[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}
