import type { MachineFacts } from './resources.ts'

/** Asks the operating system. The library is loaded only for this, because it is asked once. */
export async function readMachine(): Promise<MachineFacts> {
  const { default: systemInformation } = await import('systeminformation')
  const [cpu, memory] = await Promise.all([systemInformation.cpu(), systemInformation.mem()])
  return { cpuCount: cpu.cores, memoryBytes: memory.total }
}
