import { describe, expect, test } from 'vitest'
import { loadClient } from '../../test-support/sdk-client.ts'
import { loadService } from './load-service.ts'
import { SERVICE_FACTS, SERVICE_NAMES } from './service-table.ts'

/** What a client's resolved configuration says of its service. */
interface ClientSettings {
  readonly protocolSettings: {
    readonly defaultNamespace: string
    readonly serviceTarget: string
    readonly version: string
    readonly xmlNamespace?: string
    readonly awsQueryCompatible?: boolean
  }
  readonly httpAuthSchemeProvider: (parameters: object) => readonly {
    readonly schemeId: string
    readonly signingProperties?: { readonly name?: string }
  }[]
}

/** Some providers ask for the endpoint's parameter besides their own. */
const REGION = { region: 'eu-central-1', Region: 'eu-central-1' }

describe('loadService', () => {
  test.each(SERVICE_NAMES)('agrees with the client configuration of %s', async (name) => {
    const loaded = await loadClient(name)
    const client = loaded.newClient({})
    const { protocolSettings, httpAuthSchemeProvider } = client.config as unknown as ClientSettings
    const [scheme] = httpAuthSchemeProvider({ operation: 'Any', ...REGION })
    const facts = SERVICE_FACTS[name]
    expect({
      namespace: facts.namespace,
      targetPrefix: facts.targetPrefix,
      apiVersion: facts.apiVersion,
      queryCompatible: facts.queryCompatible ?? false,
      signingName: facts.signingName,
    }).toEqual({
      namespace: protocolSettings.defaultNamespace,
      targetPrefix: protocolSettings.serviceTarget,
      apiVersion: protocolSettings.version,
      queryCompatible: protocolSettings.awsQueryCompatible ?? false,
      signingName: scheme?.signingProperties?.name,
    })
    expect([undefined, protocolSettings.xmlNamespace]).toContain(facts.xmlNamespace)
    client.destroy()
  })

  test.each(SERVICE_NAMES)('knows the unsigned operations of %s', async (name) => {
    const [model, loaded] = await Promise.all([loadService(name), loadClient(name)])
    const client = loaded.newClient({})
    const { httpAuthSchemeProvider } = client.config as unknown as ClientSettings
    const unsigned = [...model.operations.keys()].filter((operation) => {
      const [scheme] = httpAuthSchemeProvider({ operation, ...REGION })
      return scheme?.schemeId === 'smithy.api#noAuth'
    })
    expect([...model.operations.values()].filter(({ signed }) => !signed).map((each) => each.name)).toEqual(
      unsigned,
    )
    client.destroy()
  })

  test('gives every caller the same model', async () => {
    expect(await loadService('sts')).toBe(await loadService('sts'))
  })

  test('reads status, fault and query code of errors', async () => {
    const [ecs, elbv2] = await Promise.all([loadService('ecs'), loadService('elasticloadbalancingv2')])
    expect(ecs.errors.get('ServerException')).toMatchObject({ fault: 'server', httpStatus: 500 })
    expect(ecs.errors.get('ClusterNotFoundException')).toMatchObject({ fault: 'client', httpStatus: 400 })
    const notFound = elbv2.errors.get('LoadBalancerNotFoundException')
    expect(notFound).toMatchObject({ queryCode: 'LoadBalancerNotFound' })
    expect(elbv2.errors.get('LoadBalancerNotFound')).toBe(notFound)
  })

  test('knows which members are required', async () => {
    const ecs = await loadService('ecs')
    const members = ecs.operations.get('RegisterTaskDefinition')?.input.members ?? []
    expect(members.filter(({ required }) => required).map(({ name }) => name)).toEqual([
      'family',
      'containerDefinitions',
    ])
  })
})
