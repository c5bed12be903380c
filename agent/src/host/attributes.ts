import type { RuntimeVersion } from '../engine/container-runtime.ts'

/** A name, and a value that may be empty. */
export interface HostAttribute {
  readonly name: string
  readonly value: string
}

/** What decides the attributes. */
export interface AttributeOptions {
  /** As Node names it: `x64`, `arm64`. */
  readonly architecture: string
  /** As `eu-central-1a`. */
  readonly availabilityZone: string
  /** ECS_AVAILABLE_LOGGING_DRIVERS. */
  readonly loggingDrivers: readonly string[]
  /** ECS_EXTERNAL. */
  readonly isExternal: boolean
  /** ECS_INSTANCE_ATTRIBUTES, which may not begin with `ecs.`. */
  readonly custom: Readonly<Record<string, string>>
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'arm64' }
/** The first API version that the ECS agent names. */
const API_MINOR_MIN = 17

/**
 * What this agent honours of the capabilities that the ECS agent registers. Task roles, ECR, secrets, awsvpc and
 * the like are not among them, so a task that needs one is not placed here.
 */
const CAPABILITIES = [
  'com.amazonaws.ecs.capability.privileged-container',
  'ecs.capability.container-health-check',
  'ecs.capability.container-ordering',
]

/** The attributes of the host, as the ECS agent names them. */
export function instanceAttributes(version: RuntimeVersion, options: AttributeOptions): HostAttribute[] {
  const named = [
    ...CAPABILITIES,
    ...apiVersions(version).map((minor) => `com.amazonaws.ecs.capability.docker-remote-api.1.${minor}`),
    ...options.loggingDrivers.map((driver) => `com.amazonaws.ecs.capability.logging-driver.${driver}`),
    ...(options.isExternal ? ['ecs.capability.external'] : []),
  ]
  return [
    { name: 'ecs.os-type', value: 'linux' },
    { name: 'ecs.os-family', value: 'LINUX' },
    { name: 'ecs.cpu-architecture', value: ARCHITECTURES[options.architecture] ?? options.architecture },
    { name: 'ecs.availability-zone', value: options.availabilityZone },
    ...named.map((name) => ({ name, value: '' })),
    ...Object.entries(options.custom).map(([name, value]) => ({ name, value })),
  ]
}

/** Minor versions from the older of what the engine and the ECS agent know, to the engine's newest. */
function apiVersions(version: RuntimeVersion): number[] {
  const minor = (text: string): number => Number(text.split('.')[1] ?? 0)
  const first = Math.max(minor(version.minimumApi), API_MINOR_MIN)
  return Array.from({ length: Math.max(minor(version.api) - first + 1, 0) }, (_, index) => first + index)
}
