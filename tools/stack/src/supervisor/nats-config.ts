/** What a NATS server of the local stack is configured with. */
export interface NatsConfig {
  /** On 127.0.0.1. */
  readonly port: number
  /** On 127.0.0.1; where the server tells its settings and figures. */
  readonly monitorPort: number
  /** The only user. */
  readonly user: string
  /** Of that user; any text. */
  readonly password: string
  /** Folder of the streams; absolute path. */
  readonly storeFolder: string
}

/**
 * Renders the server's configuration file.
 *
 * `sync_interval: always` makes an acknowledgement mean "on disk": by default it means "in the page cache",
 * and a power cut would take back what the API has confirmed.
 */
export function renderNatsConfig(config: NatsConfig): string {
  return `# Written by npm start at every start.
listen: 127.0.0.1:${config.port}
http: 127.0.0.1:${config.monitorPort}
server_name: homeport
jetstream {
  store_dir: ${JSON.stringify(config.storeFolder)}
  sync_interval: always
}
authorization {
  user: ${JSON.stringify(config.user)}
  password: ${JSON.stringify(config.password)}
}
# A group of transactions travels in one message.
max_payload: 8MB
`
}
