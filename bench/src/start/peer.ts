/** Somebody who starts containers: Homeport, the engine itself, or Swarm. */
export interface StartPeer {
  readonly name: string
  /** Starts `count` containers of the bench's image; resolves with the milliseconds until all were running. */
  start(count: number): Promise<number>
  /** Removes what `start` left, outside of every measurement. */
  clear(): Promise<void>
  /** Undoes what the peer needed to exist. */
  close(): Promise<void>
}

/** What every peer starts: it ends at once when told to, so that clearing up is quick. */
export const SLEEPER = {
  command: ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'],
  memoryMiB: 64,
} as const
