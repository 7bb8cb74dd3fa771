/** Writes the library's JavaScript into a folder. */
export declare function writeBundle(dir: string): Promise<void>
