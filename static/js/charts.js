// Charts.
export {};
