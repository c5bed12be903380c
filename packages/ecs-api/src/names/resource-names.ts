/** Rules of names that several resources share. */

/** Letters, numbers, hyphens and underscores, 1 to 255: clusters, services, families, containers, volumes. */
const NAME = /^[a-zA-Z0-9_-]{1,255}$/

/** Longest name of a resource. */
export const NAME_LENGTH_MAX = 255

/** Whether `name` is one that ECS gives a cluster, service, family, container or volume. */
export const isResourceName = (name: string): boolean => NAME.test(name)

/** The cluster that a request without one means. */
export const DEFAULT_CLUSTER = 'default'

/** Ids of tasks and container instances are 32 hexadecimal digits, formerly a UUID. */
export const isIdLength = (id: string): boolean => id.length === 32 || id.length === 36
