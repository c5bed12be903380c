export { type ControlPlane, startControlPlane } from './app.ts'
export { type ControlPlaneSettings, readControlPlaneSettings } from './config.ts'
