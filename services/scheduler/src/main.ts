import { runServiceProcess } from '@homeport/runtime'
import { startScheduler } from './app.ts'
import { readSchedulerSettings } from './config.ts'

await runServiceProcess({
  name: 'scheduler',
  readSettings: () => readSchedulerSettings(process.env),
  start: (settings, ports) => startScheduler(settings.scheduler, ports),
})
