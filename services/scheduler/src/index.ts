export { type StateAccess, startScheduler, startSchedulerOn } from './app.ts'
export { readSchedulerOptions, readSchedulerSettings, type SchedulerSettings } from './config.ts'
export type { SchedulerOptions, SchedulerServer } from './options.ts'
