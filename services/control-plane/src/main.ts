import { runServiceProcess } from '@homeport/runtime'
import { startControlPlane } from './app.ts'
import { readControlPlaneSettings } from './config.ts'

await runServiceProcess({
  name: 'control-plane',
  readSettings: () => readControlPlaneSettings(process.env),
  start: startControlPlane,
})
