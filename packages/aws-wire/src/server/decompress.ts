import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { ApiError } from '../api-error.ts'
import { MismatchError } from '../protocols/mismatch.ts'
import type { WireRequest } from '../protocols/protocol.ts'

const gunzipAsync = promisify(gunzip)

/** The refusal of a body above the limit, as sent or decompressed. */
export function bodyTooLarge(maxBodyBytes: number): ApiError {
  return new ApiError('RequestEntityTooLargeException', `Request body exceeds ${maxBodyBytes} bytes`)
}

/**
 * The body without its `Content-Encoding`; SDKs compress large PutMetricData bodies.
 * @throws {ApiError} RequestEntityTooLargeException when it grows beyond `maxBodyBytes`.
 * @throws {MismatchError} when it isn't what its encoding says, or the encoding isn't gzip.
 */
export async function decompress(request: WireRequest, maxBodyBytes: number): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return request.body
  if (encoding !== 'gzip') throw new MismatchError(`Content-Encoding '${encoding}' is not supported`)
  try {
    return await gunzipAsync(request.body, { maxOutputLength: maxBodyBytes })
  } catch (error) {
    if (error instanceof RangeError) throw bodyTooLarge(maxBodyBytes)
    throw new MismatchError('Unable to decompress the request body', { cause: error })
  }
}
