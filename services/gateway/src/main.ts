import { runServiceProcess } from '@homeport/runtime'
import { startGateway } from './app.ts'
import { readGatewaySettings } from './config.ts'

await runServiceProcess({
  name: 'gateway',
  readSettings: () => readGatewaySettings(process.env),
  start: (settings, ports) => startGateway(settings.gateway, ports),
})
