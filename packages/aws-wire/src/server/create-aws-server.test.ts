import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { systemClock } from '@homeport/runtime'
import { afterEach, describe, expect, test } from 'vitest'
import { ecsHeaders, send, sendSigned } from '../../test-support/signed-request.ts'
import { PRINCIPAL, type RunningServer, startServer } from '../../test-support/wire-fixture.ts'
import { ApiError } from '../api-error.ts'
import { ANONYMOUS, type RequestContext } from '../context.ts'
import { type HandlerTable, RawJson } from '../handlers.ts'
import { loadService } from '../registry/load-service.ts'
import { bindService } from './bind-service.ts'
import type { AwsServerOptions, RequestRecord } from './options.ts'

const REQUEST_ID = 'request-1'

let running: RunningServer | undefined
afterEach(async () => {
  await running?.server.close()
  running = undefined
})

async function serveEcs(
  handlers: HandlerTable<'ecs'>,
  options: Partial<AwsServerOptions> = {},
): Promise<string> {
  const ecs = bindService(await loadService('ecs'), handlers)
  running = await startServer([ecs], { clock: systemClock, ...options })
  return running.url
}

describe('createAwsServer', () => {
  test('tells the handler who asked, where and how', async () => {
    const contexts: RequestContext[] = []
    const url = await serveEcs({
      ListClusters: async (_input, context) => {
        contexts.push(context)
        return { clusterArns: ['arn'] }
      },
    })
    const answer = await sendSigned({
      url,
      headers: { ...ecsHeaders('ListClusters'), 'user-agent': 'test/1' },
      body: '{}',
    })
    expect(answer).toMatchObject({ status: 200, text: '{"clusterArns":["arn"]}' })
    expect(answer.headers.get('x-amzn-requestid')).toBe(REQUEST_ID)
    expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(contexts[0]).toMatchObject({
      requestId: REQUEST_ID,
      service: 'ecs',
      operation: 'ListClusters',
      protocol: 'json-1.1',
      principal: PRINCIPAL,
      region: 'eu-central-1',
      sourceAddress: '127.0.0.1',
      userAgent: 'test/1',
    })
  })

  test.each(['text', 'bytes'])(
    'sends RawJson of %s as it is, and translates it for query clients',
    async (form) => {
      const rawOf = (text: string): RawJson => new RawJson(form === 'text' ? text : Buffer.from(text))
      const raw = rawOf('{"clusterArns":["raw"],"nextToken":"t"}')
      const url = await serveEcs({ ListClusters: async () => raw })
      const answer = await sendSigned({ url, headers: ecsHeaders('ListClusters'), body: '{}' })
      expect(answer.text).toBe(String(raw.body))
      await running?.server.close()

      const sts = await loadService('sts')
      const handlers = { GetCallerIdentity: async () => rawOf('{"Account":"1 & 2","Arn":"a"}') }
      running = await startServer([bindService(sts, handlers)], { clock: systemClock })
      const xml = await sendSigned({
        url: running.url,
        service: 'sts',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
      })
      expect(xml.headers.get('content-type')).toBe('text/xml')
      expect(xml.text).toBe(
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
          '<Account>1 &#x26; 2</Account><Arn>a</Arn></GetCallerIdentityResult>' +
          `<ResponseMetadata><RequestId>${REQUEST_ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
      )
    },
  )

  test('serves unsigned operations as anonymous in the default region', async () => {
    const contexts: RequestContext[] = []
    const sts = bindService(await loadService('sts'), {
      AssumeRoleWithWebIdentity: async (_input, context) => {
        contexts.push(context)
        return {}
      },
    })
    running = await startServer([sts], { clock: systemClock })
    const { status } = await send({
      url: running.url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15',
    })
    expect(status).toBe(200)
    expect(contexts[0]).toMatchObject({ principal: ANONYMOUS, accessKeyId: '', region: 'us-east-1' })
  })

  test('reads gzip bodies, whose signature covers the compressed bytes', async () => {
    const url = await serveEcs({
      CreateCluster: async (input) => ({ cluster: { clusterName: input.clusterName } }),
    })
    const headers = { ...ecsHeaders('CreateCluster'), 'content-encoding': 'gzip' }
    const answer = await sendSigned({ url, headers, body: gzipSync('{"clusterName":"zipped"}') })
    expect(answer.text).toBe('{"cluster":{"clusterName":"zipped"}}')
    const broken = await sendSigned({ url, headers, body: Buffer.from('not gzip') })
    expect(broken).toMatchObject({ status: 400 })
    expect(broken.text).toContain('SerializationException')
  })

  test('refuses bodies above the limit, sent or decompressed, and stays usable', async () => {
    const url = await serveEcs({ ListClusters: async () => ({}) }, { limits: { maxBodyBytes: 1_000 } })
    const headers = ecsHeaders('ListClusters')
    const sent = await sendSigned({ url, headers, body: ' '.repeat(1_001) })
    expect(sent).toMatchObject({ status: 413 })
    expect(sent.text).toContain('"__type":"RequestEntityTooLargeException"')
    const bomb = gzipSync(' '.repeat(100_000))
    const zipped = await sendSigned({ url, headers: { ...headers, 'content-encoding': 'gzip' }, body: bomb })
    expect(zipped).toMatchObject({ status: 413 })
    const fine = await sendSigned({ url, headers, body: `{}${' '.repeat(998)}` })
    expect(fine).toMatchObject({ status: 200 })
  })

  const refusals: readonly (readonly [string, Record<string, string>, string, number, string])[] = [
    ['malformed JSON', ecsHeaders('ListClusters'), '{"a":', 400, '{"__type":"SerializationException"'],
    ['JSON of another kind', ecsHeaders('ListClusters'), '[]', 400, 'Start of list found where not expected'],
    [
      'a text for a number',
      ecsHeaders('RunTask'),
      '{"taskDefinition":"a","count":"3"}',
      400,
      'STRING_VALUE cannot be converted to Integer',
    ],
    [
      'a number for a text',
      ecsHeaders('RunTask'),
      '{"taskDefinition":3}',
      400,
      'NUMBER_VALUE cannot be converted to String',
    ],
    ['an unknown operation', ecsHeaders('Conquer'), '{}', 400, '{"__type":"UnknownOperationException"'],
    [
      'an unknown service',
      { ...ecsHeaders('X'), 'x-amz-target': 'DynamoDB_20120810.ListTables' },
      '{}',
      400,
      'UnknownOperationException',
    ],
    ['no target', { 'content-type': 'application/x-amz-json-1.1' }, '{}', 404, 'UnknownOperationException'],
    ['no known protocol', { 'content-type': 'text/plain' }, 'hello', 404, 'UnknownOperationException'],
  ]
  test.each(refusals)('answers an AWS error to %s', async (...[, headers, body, status, text]) => {
    const url = await serveEcs({ ListClusters: async () => ({}), RunTask: async () => ({}) })
    const answer = await sendSigned({ url, headers, body })
    expect(answer).toMatchObject({ status, text: expect.stringContaining(text) })
    expect(answer.headers.get('x-amzn-requestid')).toBe(REQUEST_ID)
    expect(answer.headers.get('x-amzn-errortype')).toMatch(/Exception$/)
  })

  test('answers unsigned requests before it looks at their input', async () => {
    const url = await serveEcs({ ListClusters: async () => ({}) })
    const answer = await send({ url, headers: ecsHeaders('ListClusters'), body: '{"a":' })
    expect(answer).toMatchObject({
      status: 400,
      text: expect.stringContaining('MissingAuthenticationTokenException'),
    })
  })

  test('answers what the hook says to operations without a handler', async () => {
    const url = await serveEcs(
      {},
      {
        unimplemented: (service, operation) =>
          new ApiError('UnsupportedFeatureException', `${service.name} ${operation} is not here`),
      },
    )
    const answer = await sendSigned({ url, headers: ecsHeaders('CreateDaemon'), body: '{}' })
    expect(answer).toMatchObject({
      status: 400,
      text: '{"__type":"UnsupportedFeatureException","message":"ecs CreateDaemon is not here"}',
    })
  })

  test('hides the text of failures that are no ApiError, and tells them to the hook', async () => {
    const failures: unknown[] = []
    const failure = new Error('password is hunter2')
    const url = await serveEcs(
      { ListClusters: () => Promise.reject(failure) },
      { hooks: { onInternalError: (...seen) => failures.push(seen) } },
    )
    const answer = await sendSigned({ url, headers: ecsHeaders('ListClusters'), body: '{}' })
    expect(answer).toMatchObject({
      status: 500,
      text: '{"__type":"InternalFailure","message":"An internal error occurred"}',
    })
    expect(failures).toEqual([[failure, REQUEST_ID]])
  })

  test('lets authorize deny before the handler runs', async () => {
    const asked: unknown[] = []
    const url = await serveEcs(
      { DeleteCluster: () => Promise.reject(new Error('must not run')) },
      {
        authorize: async (input, context) => {
          asked.push([input, context.operation])
          throw new ApiError('AccessDeniedException', 'No')
        },
      },
    )
    const answer = await sendSigned({ url, headers: ecsHeaders('DeleteCluster'), body: '{"cluster":"c"}' })
    expect(answer.text).toBe('{"__type":"AccessDeniedException","message":"No"}')
    expect(asked).toEqual([[{ cluster: 'c' }, 'DeleteCluster']])
  })

  test('records each request once, with bounded labels', async () => {
    const records: RequestRecord[] = []
    const url = await serveEcs(
      { ListClusters: async () => ({}) },
      { hooks: { onRequest: (record) => records.push(record) } },
    )
    await sendSigned({ url, headers: ecsHeaders('ListClusters'), body: '{}' })
    await sendSigned({ url, headers: ecsHeaders('Conquer'), body: '{}' })
    await sendSigned({ url, headers: ecsHeaders('CreateCluster'), body: '{}' })
    expect(records).toMatchObject([
      {
        service: 'ecs',
        operation: 'ListClusters',
        protocol: 'json-1.1',
        httpStatus: 200,
        accountId: PRINCIPAL.accountId,
        region: 'eu-central-1',
        errorCode: undefined,
        requestBytes: 2,
        responseBytes: 2,
      },
      {
        service: 'ecs',
        operation: undefined,
        httpStatus: 400,
        accountId: '',
        errorCode: 'UnknownOperationException',
      },
      { operation: 'CreateCluster', accountId: PRINCIPAL.accountId, errorCode: 'UnknownOperationException' },
    ])
    expect(records.every(({ durationMs }) => durationMs >= 0)).toBe(true)
  })

  test('aborts the signal when the client goes away', async () => {
    const started = Promise.withResolvers<AbortSignal>()
    const url = await serveEcs({
      ListClusters: async (_input, { signal }) => {
        started.resolve(signal)
        await once(signal, 'abort')
        return {}
      },
    })
    const client = new AbortController()
    const outcome = sendSigned({
      url,
      headers: ecsHeaders('ListClusters'),
      body: '{}',
      signal: client.signal,
    }).catch((error: unknown) => String(error))
    const signal = await started.promise
    client.abort()
    expect(await outcome).toContain('AbortError')
    if (!signal.aborted) await once(signal, 'abort')
    expect(signal.aborted).toBe(true)
  })

  test('closes after running requests are answered', async () => {
    const release = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const url = await serveEcs({
      ListClusters: async () => {
        started.resolve()
        await release.promise
        return { clusterArns: ['late'] }
      },
    })
    const answer = sendSigned({ url, headers: ecsHeaders('ListClusters'), body: '{}' })
    await started.promise
    const closed = running?.server.close()
    await expect(send({ url, headers: ecsHeaders('ListClusters'), body: '{}' })).rejects.toThrow(
      'fetch failed',
    )
    release.resolve()
    await closed
    const { text, headers } = await answer
    expect(text).toBe('{"clusterArns":["late"]}')
    expect(headers.get('connection')).toBe('close')
  })

  test('cuts connections when the signal of close aborts', async () => {
    const started = Promise.withResolvers<void>()
    const url = await serveEcs({
      ListClusters: (_input, { signal }) => {
        started.resolve()
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('gone')))
        })
      },
    })
    const answer = sendSigned({ url, headers: ecsHeaders('ListClusters'), body: '{}' })
    const failed = answer.catch((error: unknown) => String(error))
    await started.promise
    await running?.server.close(AbortSignal.abort())
    expect(await failed).toContain('fetch failed')
  })

  test('survives clients that hang up in the middle of a body', async () => {
    const url = await serveEcs({ ListClusters: async () => ({}) })
    const { port } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half')
    socket.destroy()
    await once(socket, 'close')
    expect(await sendSigned({ url, headers: ecsHeaders('ListClusters'), body: '{}' })).toMatchObject({
      status: 200,
    })
  })

  test('refuses at binding a handler that the model does not know', async () => {
    const ecs = await loadService('ecs')
    const handlers = { Conquer: async () => ({}) } as HandlerTable<'ecs'>
    expect(() => bindService(ecs, handlers)).toThrow('unknown operation, received Conquer')
  })
})
