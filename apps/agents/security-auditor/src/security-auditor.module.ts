import { Module } from '@nestjs/common';
import { ruleSetProvider } from './rule-set.js';
import { SecurityAuditor } from './security-auditor.js';

@Module({ providers: [SecurityAuditor, ruleSetProvider] })
export class SecurityAuditorModule {}
