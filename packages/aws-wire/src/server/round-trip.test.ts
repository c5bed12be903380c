// Goal: what a real AWS SDK client sends is what a handler sees, and what a handler answers is what the
// client gives its caller, for every operation of every service under every protocol. Method: values are
// generated from the client's own schemas (not from our compiled shapes), sent by the client over
// loopback, and compared on both sides. The number compared is asserted, so it can't shrink unnoticed.
import { systemClock } from '@homeport/runtime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { comparable, ValueGenerator } from '../../test-support/generate-value.ts'
import { CLIENT_PROTOCOLS, type LoadedClient, loadClient } from '../../test-support/sdk-client.ts'
import { type AnyHandler, type RunningServer, startServer } from '../../test-support/wire-fixture.ts'
import { ApiError } from '../api-error.ts'
import type { ProtocolName } from '../context.ts'
import { loadService } from '../registry/load-service.ts'
import { SERVICE_FACTS, SERVICE_NAMES, type ServiceName } from '../registry/service-table.ts'

const SEED = Number(process.env['WIRE_SEED'] ?? 20_261_121)

/** Operations and errors of each client package at its pinned version. An upgrade changes them here. */
const EXPECTED: Readonly<Record<ServiceName, { operations: number; errors: number }>> = {
  ecs: { operations: 88, errors: 31 },
  logs: { operations: 116, errors: 21 },
  elasticloadbalancingv2: { operations: 51, errors: 56 },
  'application-autoscaling': { operations: 14, errors: 9 },
  secretsmanager: { operations: 23, errors: 12 },
  ssm: { operations: 154, errors: 140 },
  cloudwatch: { operations: 55, errors: 19 },
  codedeploy: { operations: 47, errors: 110 },
  servicediscovery: { operations: 30, errors: 15 },
  sts: { operations: 11, errors: 12 },
  iam: { operations: 180, errors: 38 },
  ecr: { operations: 62, errors: 50 },
  autoscaling: { operations: 68, errors: 12 },
  eventbridge: { operations: 57, errors: 13 },
}

/** Event streams, which are not written (docs/design/aws-wire.md). */
const STREAMING = new Set(['StartLiveTail', 'GetLogObject'])

/**
 * CloudWatch's clients go by the awsQuery code under every protocol, and these two share one, so the
 * first always arrives as the second.
 */
const SHADOWED: Readonly<Record<string, string>> = { DashboardNotFoundError: 'ResourceNotFound' }

let next: { handler: AnyHandler }

function protocolsOf(service: ServiceName): readonly ProtocolName[] {
  const all = Object.keys(CLIENT_PROTOCOLS) as ProtocolName[]
  return SERVICE_FACTS[service].xmlNamespace === undefined ? all.filter((name) => name !== 'query') : all
}

async function start(service: ServiceName): Promise<{ client: LoadedClient; running: RunningServer }> {
  const [model, client] = await Promise.all([loadService(service), loadClient(service)])
  const handlers = new Map<string, AnyHandler>()
  for (const operation of model.operations.keys()) {
    handlers.set(operation, (input, context) => next.handler(input, context))
  }
  const running = await startServer([{ model, handlers, validation: () => undefined }], {
    clock: systemClock,
  })
  return { client, running }
}

function generatedInput(client: LoadedClient, operation: string, seed: number): Record<string, unknown> {
  const schema = client.operations.get(operation)
  const input = new ValueGenerator(seed).generate(schema![4]) as Record<string, unknown>
  // It selects a multi-region endpoint, which is signed with SigV4a and sent elsewhere.
  if (operation === 'PutEvents') delete input['EndpointId']
  return input
}

describe.each(SERVICE_NAMES)('createAwsServer with %s', (service) => {
  let client: LoadedClient
  let running: RunningServer
  beforeAll(async () => {
    ;({ client, running } = await start(service))
  })
  afterAll(async () => {
    await running.server.close()
  })

  describe.each(protocolsOf(service))('under %s', (protocol) => {
    const protocolOption = { protocol: CLIENT_PROTOCOLS[protocol] }

    test(`carries every operation both ways unchanged (seed ${SEED})`, async () => {
      const sdk = client.newClient({ endpoint: running.url, ...protocolOption })
      let compared = 0
      for (const [index, operation] of [...client.operations.keys()].entries()) {
        if (STREAMING.has(operation)) continue
        const input = generatedInput(client, operation, SEED + index)
        const output = new ValueGenerator(SEED - index).generate(client.operations.get(operation)![5])
        let received: unknown
        next = {
          handler: async (value, context) => {
            received = value
            expect(context).toMatchObject({ service, operation, protocol })
            return output as object
          },
        }
        const answer = await sdk.send(client.newCommand(operation, input))
        expect({ operation, input: comparable(received) }).toEqual({ operation, input: comparable(input) })
        expect({ operation, output: comparable(answer) }).toEqual({ operation, output: comparable(output) })
        expect(answer['$metadata']).toMatchObject({ requestId: expect.stringMatching(/^request-\d+$/) })
        compared += 1
      }
      expect(compared).toBe(EXPECTED[service].operations)
      sdk.destroy()
    })

    test(`carries every modelled error as its typed exception (seed ${SEED})`, async () => {
      const sdk = client.newClient({ endpoint: running.url, ...protocolOption })
      const operation = [...client.operations.keys()].find((name) => !STREAMING.has(name)) ?? ''
      let compared = 0
      for (const [index, [name, schema]] of [...client.errors].entries()) {
        const members = new ValueGenerator(SEED + index).generate(schema) as Record<string, unknown>
        delete members['message']
        delete members['Message']
        const message = `Cannot <do> & "this" ${index}`
        next = { handler: () => Promise.reject(new ApiError(name, message, { members })) }
        const failure: unknown = await sdk.send(client.newCommand(operation, {})).catch((error) => error)
        compared += 1
        const arrived = SHADOWED[name] ?? name
        expect(failure).toBeInstanceOf(client.exports[arrived])
        expect(failure).toMatchObject({ name: arrived, message, $metadata: { requestId: expect.anything() } })
        if (arrived !== name) continue
        const { ...fields } = failure as Record<string, unknown>
        for (const member of Object.keys(members)) {
          expect({ name, member, value: comparable(fields[member]) }).toEqual({
            name,
            member,
            value: comparable(members[member]),
          })
        }
      }
      expect(compared).toBe(EXPECTED[service].errors)
      sdk.destroy()
    })
  })
})
