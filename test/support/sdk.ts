import {
  type ContainerDefinition,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs'
import { required } from '@homeport/base'
import type { LocalStack } from './local-stack.ts'

/** A client of the JavaScript SDK for the stack's endpoint, with the variables that it printed. */
export function ecsClient(stack: LocalStack): ECSClient {
  const { environment } = stack
  return new ECSClient({
    endpoint: required(environment['AWS_ENDPOINT_URL'], 'AWS_ENDPOINT_URL'),
    region: required(environment['AWS_REGION'], 'AWS_REGION'),
    credentials: {
      accessKeyId: required(environment['AWS_ACCESS_KEY_ID'], 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: required(environment['AWS_SECRET_ACCESS_KEY'], 'AWS_SECRET_ACCESS_KEY'),
    },
  })
}

/** The image that `npm start` builds: an HTTP server on port 80. */
export const SAMPLE_IMAGE = 'localhost/homeport-sample:1'

/** A web container on a dynamic host port. */
export const webContainer: ContainerDefinition = {
  name: 'web',
  image: SAMPLE_IMAGE,
  memory: 32,
  cpu: 16,
  essential: true,
  portMappings: [{ containerPort: 80, hostPort: 0 }],
}

/** Registers a revision of one container and gives its ARN. */
export async function register(
  ecs: ECSClient,
  family: string,
  container: ContainerDefinition,
): Promise<string> {
  const command = new RegisterTaskDefinitionCommand({ family, containerDefinitions: [container] })
  const { taskDefinition } = await ecs.send(command)
  return required(taskDefinition?.taskDefinitionArn, 'the task definition ARN')
}

/** The running tasks of a service, described. */
export async function serviceTasks(ecs: ECSClient, serviceName: string): Promise<Task[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ serviceName }))
  if (taskArns.length === 0) return []
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ tasks: taskArns }))
  return tasks
}

/** Those of the service's tasks that are RUNNING. */
export async function runningTasks(ecs: ECSClient, serviceName: string): Promise<Task[]> {
  return (await serviceTasks(ecs, serviceName)).filter((task) => task.lastStatus === 'RUNNING')
}

/** The service's counts and deployments. */
export async function service(ecs: ECSClient, name: string): Promise<Service> {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ services: [name] }))
  return required(services[0], `service ${name}`)
}

/** The host port of a task's first container. */
export const hostPortOf = (task: Task): number =>
  required(task.containers?.[0]?.networkBindings?.[0]?.hostPort, 'the host port')

/** The engine's id of a task's first container. */
export const runtimeIdOf = (task: Task): string => required(task.containers?.[0]?.runtimeId, 'the runtime id')
