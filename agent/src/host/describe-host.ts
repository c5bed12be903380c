import { create } from '@bufbuild/protobuf'
import { AttributeSchema, TagSchema } from '@homeport/wire/types'
import type { ContainerRuntime, RuntimeVersion } from '../engine/container-runtime.ts'
import type { HostDescription } from '../session/session-ports.ts'
import { type AttributeOptions, instanceAttributes } from './attributes.ts'
import { instanceResources, type MachineFacts, type ResourceOptions } from './resources.ts'

/** What the operator says of the host. */
export interface HostOptions {
  /** ECS_CLUSTER. */
  readonly cluster: string
  /** As `eu-central-1`; a namespace of its own. */
  readonly region: string
  /** Shown to operators. */
  readonly hostname: string
  /** As `0.1.0`. */
  readonly agentVersion: string
  /** Capacity. */
  readonly resources: ResourceOptions
  /** Attributes. */
  readonly attributes: Omit<AttributeOptions, 'architecture'>
  /** ECS_CONTAINER_INSTANCE_TAGS. */
  readonly tags: Readonly<Record<string, string>>
}

/** Tells what the host is when it is asked. */
export interface HostDescriber {
  /** @throws {RuntimeError} while the container runtime has not been reached once. */
  describe(): Promise<HostDescription>
}

/** A describer that asks machine and runtime until they have answered, and then remembers. */
export function createHostDescriber(
  options: HostOptions,
  ports: {
    readonly runtime: ContainerRuntime
    readonly readMachine: () => Promise<MachineFacts>
    readonly architecture: string
  },
): HostDescriber {
  let known: { readonly machine: MachineFacts; readonly version: RuntimeVersion } | undefined
  return {
    async describe() {
      known ??= { version: await ports.runtime.version(), machine: await ports.readMachine() }
      const { machine, version } = known
      const attributes = instanceAttributes(version, {
        ...options.attributes,
        architecture: ports.architecture,
      })
      return {
        cluster: options.cluster,
        region: options.region,
        hostname: options.hostname,
        agentVersion: options.agentVersion,
        agentHash: '',
        dockerVersion: `DockerVersion: ${version.engine}`,
        resources: instanceResources(machine, options.resources),
        attributes: attributes.map((attribute) => create(AttributeSchema, attribute)),
        tags: Object.entries(options.tags).map(([key, value]) => create(TagSchema, { key, value })),
      }
    },
  }
}
