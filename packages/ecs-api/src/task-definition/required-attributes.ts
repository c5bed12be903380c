/**
 * Which instance attributes a task definition requires, by ECS's names. ECS shows them as `requiresAttributes`
 * and places a task only where all of them are.
 */
import type { StoredContainer, TaskDefinitionDocument } from './document.ts'

const DOCKER_1_17 = 'com.amazonaws.ecs.capability.docker-remote-api.1.17'
const DOCKER_1_18 = 'com.amazonaws.ecs.capability.docker-remote-api.1.18'
const DOCKER_1_21 = 'com.amazonaws.ecs.capability.docker-remote-api.1.21'
const DOCKER_1_24 = 'com.amazonaws.ecs.capability.docker-remote-api.1.24'
const DOCKER_1_25 = 'com.amazonaws.ecs.capability.docker-remote-api.1.25'
const PRIVILEGED = 'com.amazonaws.ecs.capability.privileged-container'
const HEALTH_CHECK = 'ecs.capability.container-health-check'
const ORDERING = 'ecs.capability.container-ordering'
const LOG_DRIVER_PREFIX = 'com.amazonaws.ecs.capability.logging-driver.'

/** Log drivers that an agent can offer; each has an attribute of its own. */
export const LOG_DRIVERS: readonly string[] = ['fluentd', 'gelf', 'journald', 'json-file', 'splunk', 'syslog']

/** Every attribute that a task definition can require, sorted: what a fully capable agent advertises. */
export const CAPABILITY_ATTRIBUTES: readonly string[] = [
  DOCKER_1_17,
  DOCKER_1_18,
  DOCKER_1_21,
  DOCKER_1_24,
  DOCKER_1_25,
  PRIVILEGED,
  HEALTH_CHECK,
  ORDERING,
  ...LOG_DRIVERS.map((driver) => `${LOG_DRIVER_PREFIX}${driver}`),
].toSorted()

type Rule = readonly [isNeeded: (container: StoredContainer) => boolean, attributes: readonly string[]]

const hasItems = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0

const CONTAINER_RULES: readonly Rule[] = [
  [(container) => hasItems(container.mountPoints), [DOCKER_1_17]],
  [(container) => container.logConfiguration !== undefined, [DOCKER_1_18]],
  [(container) => hasItems(container.ulimits), [DOCKER_1_18]],
  [(container) => container.memoryReservation !== undefined, [DOCKER_1_21]],
  [(container) => container.linuxParameters?.initProcessEnabled === true, [DOCKER_1_25]],
  [(container) => container.healthCheck !== undefined, [DOCKER_1_24, HEALTH_CHECK]],
  [(container) => container.privileged === true, [PRIVILEGED]],
  [(container) => hasItems(container.dependsOn), [ORDERING]],
]

function attributesOf(container: StoredContainer): string[] {
  const driver = container.logConfiguration?.logDriver
  return [
    ...CONTAINER_RULES.filter(([isNeeded]) => isNeeded(container)).flatMap(([, attributes]) => attributes),
    ...(driver === undefined ? [] : [`${LOG_DRIVER_PREFIX}${driver}`]),
  ]
}

/** The names of the attributes that `document` requires, sorted, each once. */
export const requiredAttributeNames = (document: TaskDefinitionDocument): string[] =>
  [...new Set(document.containerDefinitions.flatMap(attributesOf))].toSorted()
