import { connect } from 'node:net'

/** What a NATS server says first, before anybody has to identify himself. */
const GREETING = 'INFO {'
const CONNECT_TIMEOUT_MS = 2000

/** Whether a NATS server answers on `port` of this machine; `undefined` when it does, else why not. */
export function whyNatsMissing(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const finish = (reason: string | undefined): void => {
      socket.destroy()
      resolve(reason)
    }
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => finish('it is silent'))
    socket.once('error', (error) => finish(error.message))
    socket.once('data', (data) => {
      finish(data.toString('utf8').startsWith(GREETING) ? undefined : 'something else listens there')
    })
  })
}
