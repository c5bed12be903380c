/**
 * How long until containers run, beside the engine by itself and beside Swarm.
 *
 * Every peer starts the same command from the same image on the same engine, in turn within one run, so that
 * the ratios hold on a machine whose speed drifts. Clearing up is outside the measured time.
 */
import type { BenchContext, StackBenchmark } from '../benchmark.ts'
import { type BenchResult, compare, round } from '../result.ts'
import { median } from '../statistics.ts'
import { dockerPeer } from './docker-peer.ts'
import { homeportPeer } from './homeport-peer.ts'
import type { StartPeer } from './peer.ts'
import { swarmPeers } from './swarm-peer.ts'

/** Enough for a median, few enough for a coffee break. */
const LATENCY_ROUNDS = 15
const THROUGHPUT_ROUNDS = 3
/** Where the engine is at its best on two to eight cores. */
const DOCKER_PARALLELISM = [4, 8]

/** One container: milliseconds from the request to running. */
export const startLatency: StackBenchmark = {
  name: 'start-latency-1',
  summary: 'one container from request to running, beside docker create+start and docker service create',
  needsStack: true,
  async run(context) {
    const docker = dockerPeer(context.stack.docker, context.stack.image, 1)
    const samples = await measure(context, { count: 1, rounds: LATENCY_ROUNDS, peers: [docker] })
    const own = { name: this.name, value: median(samples.get('homeport') ?? []), unit: 'ms' }
    return ['docker', 'swarm', 'swarm-command'].flatMap((peer) => [
      compare(own, { name: peer, value: median(samples.get(peer) ?? []) }),
      figure(`${this.name}-${peer}`, median(samples.get(peer) ?? []), 'ms'),
    ])
  },
}

/** Forty containers at once: starts a second. */
export const startThroughput: StackBenchmark = {
  name: 'start-throughput-40',
  summary:
    '40 containers at once, starts a second, beside the best of docker create+start and docker service create',
  needsStack: true,
  async run(context) {
    const count = 40
    const peers = DOCKER_PARALLELISM.map((width) =>
      dockerPeer(context.stack.docker, context.stack.image, width),
    )
    const samples = await measure(context, { count, rounds: THROUGHPUT_ROUNDS, peers })
    const rate = (peer: string): number => (count * 1000) / median(samples.get(peer) ?? [])
    const best = Math.max(...peers.map((peer) => rate(peer.name)))
    const own = { name: this.name, value: rate('homeport'), unit: '1/s' }
    return [
      compare(own, { name: 'docker', value: best }),
      compare(own, { name: 'swarm', value: rate('swarm') }),
      compare(own, { name: 'swarm-command', value: rate('swarm-command') }),
      figure(`${this.name}-docker`, best, '1/s'),
      figure(`${this.name}-swarm`, rate('swarm'), '1/s'),
      figure(`${this.name}-swarm-command`, rate('swarm-command'), '1/s'),
    ]
  },
}

const figure = (name: string, value: number, unit: string): BenchResult => ({
  name,
  value: round(value),
  unit,
})

interface MeasureOptions {
  readonly count: number
  readonly rounds: number
  readonly peers: readonly StartPeer[]
}

/** Milliseconds per round by peer; the first round warms everybody up and is not kept. */
async function measure(context: BenchContext, options: MeasureOptions): Promise<Map<string, number[]>> {
  const { stack, progress } = context
  const peers = [
    await homeportPeer(stack.ecs, stack.docker, stack.image),
    ...options.peers,
    ...(await swarmPeers(stack.docker, stack.image)),
  ]
  const samples = new Map<string, number[]>(peers.map((peer) => [peer.name, []]))
  try {
    await measureRound(peers, options.count)
    for (let round = 1; round <= options.rounds; round += 1) {
      const elapsed = await measureRound(peers, options.count)
      for (const [name, elapsedMs] of elapsed) samples.get(name)?.push(elapsedMs)
      const line = elapsed.map(([name, elapsedMs]) => `${name} ${Math.round(elapsedMs)} ms`).join(', ')
      progress(`round ${round}/${options.rounds}: ${line}`)
    }
  } finally {
    for (const peer of peers) await peer.close()
  }
  return samples
}

async function measureRound(peers: readonly StartPeer[], count: number): Promise<[string, number][]> {
  const elapsed: [string, number][] = []
  for (const peer of peers) {
    elapsed.push([peer.name, await peer.start(count)])
    await peer.clear()
  }
  return elapsed
}
