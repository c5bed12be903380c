import { runServiceProcess } from '@homeport/runtime'
import { startAgent } from './app.ts'
import { readAgentSettings } from './config.ts'

await runServiceProcess({
  name: 'agent',
  readSettings: () => readAgentSettings(process.env),
  start: (settings, ports) => startAgent(settings.agent, ports),
})
