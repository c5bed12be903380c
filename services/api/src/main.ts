import { runServiceProcess } from '@homeport/runtime'
import { startApi } from './app.ts'
import { readApiSettings } from './config.ts'

await runServiceProcess({
  name: 'api',
  readSettings: () => readApiSettings(process.env),
  start: (settings, ports) => startApi(settings.api, ports),
})
