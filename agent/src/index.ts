export { startAgent, startAgentOn } from './app.ts'
export { type AgentSettings, readAgentSettings } from './config.ts'
export type { AgentOptions, AgentServer } from './options.ts'
