import {
  CreateServiceCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs'
import { required } from '@homeport/base'
import { SAMPLE_IMAGE } from '../docker/busybox-image.ts'
import type { AwsAccess } from '../env-lines.ts'
import { type WaitPorts, waitUntil } from './wait-until.ts'

/** The service that proves a stack, and the family of its task definitions. */
export const SAMPLE_SERVICE = 'homeport-sample'

const CLUSTER = 'default'
const CONTAINER_PORT = 80
const API_TIMEOUT_MS = 60_000
const AGENT_TIMEOUT_MS = 60_000
const SAMPLE_TIMEOUT_MS = 90_000

/** A client as users have one; the stack is tried the way that they will use it. */
export function createEcsClient(access: AwsAccess): ECSClient {
  return new ECSClient({
    endpoint: access.endpoint,
    region: access.region,
    credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
    // Waiting has its own pace and its own end.
    maxAttempts: 1,
  })
}

/** Waits until the API answers a signed request. */
export async function waitForApi(client: ECSClient, ports: WaitPorts): Promise<void> {
  const check = async (): Promise<string | undefined> => {
    return await whyFailing(async () => await client.send(new ListClustersCommand({})))
  }
  await waitUntil({ goal: 'reach the API', timeoutMs: API_TIMEOUT_MS, check }, ports)
}

/** Waits until a container instance is connected. */
export async function waitForInstance(client: ECSClient, ports: WaitPorts): Promise<void> {
  const check = async (): Promise<string | undefined> => {
    let connected = 0
    const failure = await whyFailing(async () => {
      const { containerInstanceArns = [] } = await client.send(
        new ListContainerInstancesCommand({ cluster: CLUSTER }),
      )
      if (containerInstanceArns.length === 0) return
      const { containerInstances = [] } = await client.send(
        new DescribeContainerInstancesCommand({
          cluster: CLUSTER,
          containerInstances: containerInstanceArns,
        }),
      )
      connected = containerInstances.filter((instance) => instance.agentConnected === true).length
    })
    return failure ?? (connected > 0 ? undefined : `no container instance of cluster ${CLUSTER} is connected`)
  }
  await waitUntil({ goal: 'register this machine', timeoutMs: AGENT_TIMEOUT_MS, check }, ports)
}

/** What came of trying the sample. */
export type SampleOutcome =
  | { readonly kind: 'served'; readonly url: string }
  /** The user keeps it at no tasks. */
  | { readonly kind: 'scaled-to-zero' }

/**
 * Runs one task of the sample service, unless the service is there already, and fetches its page.
 * @throws {StackError} with the service's last event when the page does not come.
 */
export async function trySample(client: ECSClient, ports: WaitPorts): Promise<SampleOutcome> {
  let outcome: SampleOutcome | undefined
  const check = async (): Promise<string | undefined> => {
    let missing: string | undefined
    const failure = await whyFailing(async () => {
      const service = (await describeSample(client)) ?? (await createSample(client))
      if (service?.desiredCount === 0) {
        outcome = { kind: 'scaled-to-zero' }
        return
      }
      const task = await findRunningTask(client)
      const [container] = task?.containers ?? []
      if (container === undefined) {
        missing = await explainMissingTask(client)
        return
      }
      const binding = container.networkBindings?.find(({ containerPort }) => containerPort === CONTAINER_PORT)
      const url = `http://127.0.0.1:${binding?.hostPort ?? 'no-host-port'}/`
      missing = await whyWrongPage(url, container.runtimeId)
      outcome = { kind: 'served', url }
    })
    return failure ?? missing
  }
  await waitUntil({ goal: 'run the sample service', timeoutMs: SAMPLE_TIMEOUT_MS, check }, ports)
  return required(outcome, 'the outcome of the sample')
}

async function describeSample(client: ECSClient): Promise<Service | undefined> {
  const { services = [] } = await client.send(
    new DescribeServicesCommand({ cluster: CLUSTER, services: [SAMPLE_SERVICE] }),
  )
  return services.find((service) => service.status === 'ACTIVE')
}

async function createSample(client: ECSClient): Promise<Service | undefined> {
  await client.send(
    new RegisterTaskDefinitionCommand({
      family: SAMPLE_SERVICE,
      containerDefinitions: [
        {
          name: 'web',
          image: SAMPLE_IMAGE.reference,
          cpu: 16,
          memory: 32,
          essential: true,
          portMappings: [{ containerPort: CONTAINER_PORT, hostPort: 0, protocol: 'tcp' }],
        },
      ],
    }),
  )
  const { service } = await client.send(
    new CreateServiceCommand({
      cluster: CLUSTER,
      serviceName: SAMPLE_SERVICE,
      taskDefinition: SAMPLE_SERVICE,
      desiredCount: 1,
      launchType: 'EC2',
    }),
  )
  return service
}

async function findRunningTask(client: ECSClient): Promise<Task | undefined> {
  const { taskArns = [] } = await client.send(
    new ListTasksCommand({ cluster: CLUSTER, serviceName: SAMPLE_SERVICE }),
  )
  if (taskArns.length === 0) return undefined
  const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster: CLUSTER, tasks: taskArns }))
  return tasks.find((task) => task.lastStatus === 'RUNNING')
}

async function explainMissingTask(client: ECSClient): Promise<string> {
  const stopped = await client.send(
    new ListTasksCommand({
      cluster: CLUSTER,
      serviceName: SAMPLE_SERVICE,
      desiredStatus: 'STOPPED',
      maxResults: 1,
    }),
  )
  const { taskArns = [] } = stopped
  const { tasks = [] } =
    taskArns.length === 0
      ? {}
      : await client.send(new DescribeTasksCommand({ cluster: CLUSTER, tasks: taskArns }))
  const reason = tasks[0]?.stoppedReason
  const event = (await describeSample(client))?.events?.[0]?.message
  return ['no task is RUNNING', reason, event].filter((part) => part !== undefined).join('; ')
}

/** The page names its container, so an answer of something else on that port is noticed. */
async function whyWrongPage(url: string, runtimeId: string | undefined): Promise<string | undefined> {
  let text = ''
  const failure = await whyFailing(async () => {
    text = await (await fetch(url, { signal: AbortSignal.timeout(5000) })).text()
  })
  if (failure !== undefined) return `cannot fetch ${url}: ${failure}`
  const hostName = runtimeId?.slice(0, 12) ?? ''
  if (hostName !== '' && text.includes(hostName)) return undefined
  return `${url} must name container ${hostName}, received ${JSON.stringify(text.slice(0, 200))}`
}

/** `undefined` when `work` succeeds: while something starts, failing is an answer. */
async function whyFailing(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) return String(error)
    const { cause } = error
    return cause instanceof Error
      ? `${error.name}: ${error.message}: ${cause.message}`
      : `${error.name}: ${error.message}`
  }
}
