import { randomBytes, randomUUID } from 'node:crypto'

/** The only source of randomness that decisions use, so that a seed replays them. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
}

/** The machine's own randomness. */
export const systemRandom: Random = { next: () => Math.random() }

/** A reproducible sequence (mulberry32); the same seed gives the same numbers on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    },
  }
}

/** Makes the identifiers that users see. */
export interface Ids {
  /** UUID version 4. */
  uuid(): string
  /** `length` hexadecimal digits; 32 for tasks and instances. */
  hex(length: number): string
  /** `length` decimal digits, the first not zero; 19 for deployments and service revisions. */
  digits(length: number): string
}

/** Unguessable identifiers. */
export const systemIds: Ids = {
  uuid: () => randomUUID(),
  hex: (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length),
  digits: (length) => Array.from(randomBytes(length), (byte, index) => digit(byte, index)).join(''),
}

const digit = (byte: number, index: number): string => String(index === 0 ? 1 + (byte % 9) : byte % 10)

/** Identifiers drawn from `random`, for tests and simulations. */
export function seededIds(random: Random): Ids {
  const hex = (length: number): string =>
    Array.from({ length }, () => Math.floor(random.next() * 16).toString(16)).join('')
  return {
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    hex,
    digits: (length) =>
      Array.from({ length }, (_, index) => digit(Math.floor(random.next() * 256), index)).join(''),
  }
}
