import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'

/** How long to wait after a change, because a file may still be being written. */
const settleMs = 50

/**
 * Calls `changed` after changes in the folders of some files. It watches the folders rather than the files, because
 * editors, and Kubernetes with its links, replace a file by another one. The calls do not overlap. It does not keep the
 * process alive. `failed` is called for a folder that cannot be watched.
 */
export function watchFiles(
  paths: readonly string[],
  changed: () => Promise<void>,
  failed: (folder: string, error: NodeJS.ErrnoException) => void,
): { close(): void } {
  let timer: NodeJS.Timeout | undefined
  let last = Promise.resolve()
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      last = last.then(changed)
    }, settleMs)
    timer.unref()
  }
  const watchers = [...new Set(paths.map((path) => dirname(path)))].flatMap((folder): FSWatcher[] => {
    try {
      return [watch(folder, { persistent: false }, soon).on('error', (error) => failed(folder, error))]
    } catch (error) {
      // Systems limit how much can be watched.
      failed(folder, error as NodeJS.ErrnoException)
      return []
    }
  })
  return {
    close: () => {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}
