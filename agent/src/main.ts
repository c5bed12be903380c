import { runServiceProcess } from '@homeport/runtime'
import { startAgent } from './app.ts'
import { readAgentSettings, readVersion } from './config.ts'

// Everything is loaded by now, so this also fills Node's compile cache for the process that follows.
if (process.argv.includes('--version')) {
  console.log(readVersion())
} else {
  await runServiceProcess({
    name: 'agent',
    readSettings: () => readAgentSettings(process.env),
    start: (settings, ports) => startAgent(settings.agent, ports),
  })
}
