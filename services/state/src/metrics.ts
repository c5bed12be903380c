import { Counter, Gauge, Histogram, type Registry } from '@homeport/runtime'

/** What state counts; names and meanings are in docs/reference/metrics.md. */
export interface StateMetrics {
  /** By `outcome`: committed, conflict, duplicate, refused. */
  readonly transactions: Counter<'outcome'>
  /** By `outcome`: appended, wrong_last_sequence, unclear. */
  readonly appends: Counter<'outcome'>
  readonly appendSeconds: Histogram
  readonly batchTransactions: Histogram
  readonly snapshots: Counter
}

/** What is looked up when somebody asks. */
export interface StateGauges {
  readonly queueLength: () => number
  readonly revision: () => number
  readonly rowCount: () => number
  readonly watcherCount: () => number
  /** 1: an acknowledged write survives power loss, 0: it may not, -1: not known. */
  readonly durable: () => number
}

const APPEND_SECONDS_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10]
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** Makes the counters and registers them with the gauges. */
export function createStateMetrics(registry: Registry, gauges: StateGauges): StateMetrics {
  const registers = [registry]
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }
  gauge('homeport_state_queue_transactions', 'Transactions without an outcome', gauges.queueLength)
  gauge('homeport_state_revision', 'Newest log sequence that the view shows', gauges.revision)
  gauge('homeport_state_rows', 'Rows in all tables', gauges.rowCount)
  gauge('homeport_state_watchers', 'Open watches', gauges.watcherCount)
  gauge(
    'homeport_state_durable',
    'Whether acknowledged writes survive power loss: 1 yes, 0 not all, -1 unknown',
    gauges.durable,
  )
  return {
    transactions: new Counter({
      name: 'homeport_state_transactions_total',
      help: 'Transactions by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    appends: new Counter({
      name: 'homeport_state_appends_total',
      help: 'Appends to the log by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    appendSeconds: new Histogram({
      name: 'homeport_state_append_duration_seconds',
      help: 'Duration of appends that succeeded',
      buckets: APPEND_SECONDS_BUCKETS,
      registers,
    }),
    batchTransactions: new Histogram({
      name: 'homeport_state_batch_transactions',
      help: 'Transactions per log record',
      buckets: BATCH_BUCKETS,
      registers,
    }),
    snapshots: new Counter({
      name: 'homeport_state_snapshots_total',
      help: 'Whole views sent to watchers',
      registers,
    }),
  }
}
