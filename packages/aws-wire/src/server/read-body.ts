import type { IncomingMessage } from 'node:http'

/**
 * How much of an oversized body is read and thrown away, as a multiple of the limit, so that a client
 * that sends first and reads later still gets its answer. Beyond it the connection is cut.
 */
const DISCARD_FACTOR = 8

/** What became of a request's body. */
export type BodyResult =
  | { readonly outcome: 'whole'; readonly body: Buffer }
  | { readonly outcome: 'too-large' }
  /** The client went away; nobody is left to answer. */
  | { readonly outcome: 'aborted' }

/** Reads a request's body, at most `maxBytes` of it. Never rejects. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let lengthBytes = 0
    request.on('data', (chunk: Buffer) => {
      lengthBytes += chunk.length
      if (lengthBytes <= maxBytes) chunks.push(chunk)
      else if (lengthBytes > maxBytes * DISCARD_FACTOR) resolve({ outcome: 'too-large' })
      else chunks.length = 0
    })
    request.on('end', () => {
      const [only] = chunks
      if (lengthBytes > maxBytes) resolve({ outcome: 'too-large' })
      else
        resolve({
          outcome: 'whole',
          body: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks),
        })
    })
    request.on('error', () => resolve({ outcome: 'aborted' }))
    request.on('close', () => resolve({ outcome: 'aborted' }))
  })
}
