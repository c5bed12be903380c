/** Task-level CPU and memory: texts such as `1024`, `1 vCPU`, `2 GB`. */

/** Task-level settings as numbers; absent where the request has none. */
export interface TaskSize {
  readonly cpuUnits: number | undefined
  readonly memoryMiB: number | undefined
}

/** ECS's own bounds for tasks on instances: 0.125 to 192 vCPU. */
export const TASK_CPU_UNITS_MIN = 128
/** See `TASK_CPU_UNITS_MIN`. */
export const TASK_CPU_UNITS_MAX = 196_608

const UNITS_PER_VCPU = 1024
const MIB_PER_GB = 1024

/** CPU units of a task-level setting, or `undefined` when it is no valid one. */
export function parseTaskCpu(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(vcpus?)?\s*$/i.exec(text)
  if (match === null) return undefined
  const cpuUnits = match[2] === undefined ? Number(match[1]) : Number(match[1]) * UNITS_PER_VCPU
  return Number.isInteger(cpuUnits) && cpuUnits >= TASK_CPU_UNITS_MIN && cpuUnits <= TASK_CPU_UNITS_MAX
    ? cpuUnits
    : undefined
}

/** No host has more, and protobuf holds no more: 4 PiB. */
const TASK_MEMORY_MIB_MAX = 2 ** 32 - 1

/** MiB of a task-level setting, or `undefined` when it is no valid one. */
export function parseTaskMemory(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(gb)?\s*$/i.exec(text)
  if (match === null) return undefined
  const memoryMiB = match[2] === undefined ? Number(match[1]) : Number(match[1]) * MIB_PER_GB
  return Number.isInteger(memoryMiB) && memoryMiB >= MEMORY_MIB_MIN && memoryMiB <= TASK_MEMORY_MIB_MAX
    ? memoryMiB
    : undefined
}

/** Docker 20.10 and later reserve at least this for a container. */
export const MEMORY_MIB_MIN = 6
